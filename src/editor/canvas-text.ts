/** What the person reads about arranging the canvas; text.ts has the rest. */
export const CANVAS_TEXT = {
  bypass: 'Bypass',
  collapse: 'Collapse',
  expand: 'Expand',
} as const

const nodes = (count: number): string => (count === 1 ? '1 node' : `${count} nodes`)

/** One line for role=status. */
export const CANVAS_SAY = {
  bypassed: (count: number) => `Bypassed ${nodes(count)}.`,
  unbypassed: (count: number) => `${nodes(count)} in use again.`,
  noPassThrough: (title: string) => `${title} cannot be bypassed: no input has the kind of an output.`,
  collapsed: (count: number) => `Collapsed ${nodes(count)}.`,
  expanded: (count: number) => `Expanded ${nodes(count)}.`,
  nothingSelected: 'Select nodes first.',
} as const
