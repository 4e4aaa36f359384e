import type { ExampleGraph } from '../../editor/state/examples.ts'

interface GraphFile {
  readonly title: string
  readonly nodes: readonly { readonly type: string; readonly params: object }[]
}

const FILES = import.meta.glob<GraphFile>('/examples/*.json', { eager: true, import: 'default' })
/** Of `npm run gallery`. Only their addresses are in the script. */
const PICTURES = import.meta.glob<string>('/examples/gallery/*.webp', { eager: true, query: '?url', import: 'default' })

/** What each file shows, in the order of the menu; a file that is not named here comes last. */
const ABOUT: Readonly<Record<string, string>> = {
  'depth.json': 'One photo, one depth map, every step of Marigold as a node.',
  'one-node.json': 'The same as one node with the parameters that matter. A double-click opens it into its parts.',
  'ensemble.json': 'Five predictions from five noises, aligned and merged, and where they disagree.',
  'lcm-one-step.json':
    'One step of a latent consistency model instead of several of DDIM. Made for Marigold Depth LCM; every depth checkpoint runs.',
  'steps-compared.json': 'The same noise denoised in 1, 4 and 16 steps. Pin one in the viewer and wipe to another.',
  'noise-from-zeros.json':
    'One denoising step from zeros instead of noise, as E2E-FT checkpoints want it: fast, and the seed does not matter.',
  'two-colorize.json': 'The same depth coloured twice: all of it, and the near half alone.',
  'next-frame.json':
    'Two frames, the second denoised from noise with a tenth of the first: depth flickers less. Choose your own frames.',
  'tiny-vae.json':
    'The photo encoded and the depth decoded by TAESD, a thirtieth of the VAE: in a fraction of its time, a little softer.',
  'normals.json': 'Which way surfaces face, from three noises, merged, and where they disagree.',
  'appearance.json': 'What surfaces are made of: albedo, roughness, metallicity.',
  'lighting.json': 'The photo as colours times light plus highlights: albedo, shading, residual.',
}

const ORDER = Object.keys(ABOUT)

/** The graphs in examples/. */
export const EXAMPLE_GRAPHS: readonly ExampleGraph[] = Object.entries(FILES)
  .map(([path, graph]) => ({ file: path.split('/').at(-1) ?? path, graph }))
  .sort((a, b) => rank(a.file) - rank(b.file))
  .map(({ file, graph }) => ({
    title: graph.title,
    about: ABOUT[file] ?? '',
    text: JSON.stringify(graph),
    picture: PICTURES[`/examples/gallery/${file.replace('.json', '.webp')}`],
    checkpoints: checkpointsOf(graph),
  }))

function checkpointsOf({ nodes }: GraphFile): readonly string[] {
  return [...new Set(nodes.flatMap(({ params }) => ('checkpoint' in params ? String(params.checkpoint) : [])))]
}

function rank(file: string): number {
  const at = ORDER.indexOf(file)
  return at < 0 ? ORDER.length : at
}
