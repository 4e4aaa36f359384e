import type { ExampleGraph } from '../../editor/state/examples.ts'

interface GraphFile {
  readonly title: string
}

const FILES = import.meta.glob<GraphFile>('/examples/*.json', { eager: true, import: 'default' })

/** What each file shows, in the order of the menu; a file that is not named here comes last. */
const ABOUT: Readonly<Record<string, string>> = {
  'depth.json': 'One photo, one depth map, every step of Marigold as a node.',
  'ensemble.json': 'Five predictions from five noises, aligned and merged, and where they disagree.',
  'noise-from-zeros.json': 'One denoising step from zeros instead of noise: fast, and the seed does not matter.',
  'next-frame.json':
    'Two frames, the second denoised from noise with a tenth of the first: depth flickers less. Choose your own frames.',
  'normals.json':
    'Which way surfaces face, from three noises. Choose a Marigold checkpoint for normals in Load Checkpoint first.',
  'appearance.json':
    'What surfaces are made of. Choose a Marigold checkpoint for appearance (iid-appearance) in Load Checkpoint first.',
  'lighting.json':
    'The photo as colours times light plus highlights. Choose a Marigold checkpoint for lighting (iid-lighting) first.',
  'two-colorize.json': 'The same depth coloured twice: all of it, and the near half alone.',
}

const ORDER = Object.keys(ABOUT)

/** The graphs in examples/. */
export const EXAMPLE_GRAPHS: readonly ExampleGraph[] = Object.entries(FILES)
  .map(([path, graph]) => ({ file: path.split('/').at(-1) ?? path, graph }))
  .sort((a, b) => rank(a.file) - rank(b.file))
  .map(({ file, graph }) => ({ title: graph.title, about: ABOUT[file] ?? '', text: JSON.stringify(graph) }))

function rank(file: string): number {
  const at = ORDER.indexOf(file)
  return at < 0 ? ORDER.length : at
}
