/** What the person reads about arranging the canvas; text.ts has the rest. */
export const CANVAS_TEXT = {
  bypass: 'Bypass',
  collapse: 'Collapse',
  expand: 'Expand',
  cut: 'Cut the wires to other nodes',
} as const

const nodes = (count: number): string => (count === 1 ? '1 node' : `${count} nodes`)

/** One line for role=status. */
export const CANVAS_SAY = {
  bypassed: (count: number) => `Bypassed ${nodes(count)}.`,
  unbypassed: (count: number) => `${nodes(count)} in use again.`,
  noPassThrough: (title: string) => `${title} cannot be bypassed: no input has the kind of an output.`,
  collapsed: (count: number) => `Collapsed ${nodes(count)}.`,
  expanded: (count: number) => `Expanded ${nodes(count)}.`,
  cut: (count: number) => (count === 1 ? 'Cut 1 wire.' : `Cut ${count} wires.`),
  nothingCut: 'There is no wire to cut.',
  inserted: (title: string) => `${title} is in the wire now.`,
  nothingSelected: 'Select nodes first.',
} as const
