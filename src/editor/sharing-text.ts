import { byteText } from '../base/byte-text.ts'

/** What the person reads about graphs that come from files, pictures and the gallery; text.ts has the rest. */
export const SHARING = {
  carries: (name: string) => `${name} carries a graph`,
  whatItIs: (title: string, nodes: number) => `“${title}”, ${nodes === 1 ? '1 node' : `${nodes} nodes`}.`,
  openIt: 'Open its graph',
  addIt: 'Add it to this graph',
  usePicture: 'Use it as a picture',
  others: (count: number) =>
    count === 1 ? 'Do the same with the other picture' : `Do the same with the other ${count} pictures`,
  addExample: 'Add to this graph',
  openFile: 'Open a file…',
  addFile: 'Add a file to this graph…',
  here: (name: string) => `${name}: here`,
  away: (name: string, bytes: number | undefined, downloading: boolean) => {
    if (downloading) return `${name}: downloading`
    return bytes === undefined ? `${name}: not here` : `${name}: not here, about ${byteText(bytes)} to download`
  },
} as const

/** One line for role=status. */
export const SAY_SHARING = {
  added: (title: string, what: string) => `Added ${what} of ${title} to this graph.`,
  nothingToAdd: 'There are no nodes in it.',
  savedWithGraph: (name: string) => `Saved ${name}; it carries the graph. Shift-click leaves the graph out.`,
} as const
