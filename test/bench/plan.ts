/**
 * How long an edit of a large graph takes before anything runs: keys, states and steps of 200 and 2,000 nodes, planned anew
 * as the engine does on every edit, with everything cached and with nothing.
 *
 *   npx esbuild test/bench/plan.ts --bundle --platform=node --format=esm --packages=external --outfile=node_modules/.cache/bench-plan.mjs
 *   node node_modules/.cache/bench-plan.mjs [rounds 100]
 */
import { plan } from '../../src/engine/plan.ts'
import type { GraphDocument } from '../../src/graph/document.ts'
import { defaultsOf } from '../../src/node/params.ts'
import { toys } from '../engine/toys/nodes.ts'

const [rounds = 100] = process.argv.slice(2).map(Number)
const nodes = toys({ ran: [], tick: async () => undefined })

/** Photos with an encoder each, four members of noise, denoising, and chains behind them: 10 nodes each. */
function graphOf(size: number): GraphDocument {
  const chain = [
    ['photo', 'input/photo', undefined],
    ['encode', 'toy/encode', 'photo.image > image'],
    ['noise', 'toy/noise', 'encode.latent > like'],
    ['denoise', 'toy/denoise', 'encode.latent > image, noise.noise > noise'],
    ['mean', 'toy/mean', 'denoise.latent > depth'],
    ['a', 'toy/colour', 'mean.depth > value'],
    ['b', 'toy/same', 'a.image > value'],
    ['c', 'toy/same', 'b.value > value'],
    ['d', 'toy/same', 'c.value > value'],
    ['view', 'output/view', 'd.value > value'],
  ] as const
  const document = { format: 'marigold-graph' as const, schema: 3 as const, title: '', nodes: [], links: [] }
  const made: GraphDocument = {
    ...document,
    nodes: Array.from({ length: size / chain.length }, (_, i) => i).flatMap((i) =>
      chain.map(([name, type]) => ({
        id: `${name}${i}`,
        type,
        version: nodes.get(type)?.version ?? 1,
        params: { ...defaultsOf(nodes.get(type)?.params ?? {}), ...(name === 'photo' && { gain: i % 10 }) },
        position: { x: 0, y: 0 },
      })),
    ),
    links: Array.from({ length: size / chain.length }, (_, i) => i).flatMap((i) =>
      chain.flatMap(([name, , links]) =>
        (links?.split(', ') ?? []).map((link) => {
          const [from = '', to = ''] = link.split(' > ')
          const [node = '', socket = ''] = from.split('.')
          return { from: { node: `${node}${i}`, socket }, to: { node: `${name}${i}`, socket: to } }
        }),
      ),
    ),
  }
  return made
}

for (const size of [200, 2_000]) {
  const document = graphOf(size)
  for (const cached of [true, false]) {
    const times: number[] = []
    let steps = 0
    for (let round = 0; round < rounds; round++) {
      const start = performance.now()
      const made = plan({ document, nodes, contentOf: () => 'content', cached: () => cached })
      times.push(performance.now() - start)
      steps = made.steps.length
      if (made.blocked.length > 0) throw made.blocked[0]
    }
    times.sort((a, b) => a - b)
    const at = (share: number): string => (times[Math.floor(share * (times.length - 1))] ?? NaN).toFixed(2)
    const what = `${size} nodes, ${cached ? 'everything cached' : 'nothing cached'}, ${steps} steps`
    process.stdout.write(`${what}: median ${at(0.5)} ms, 95th percentile ${at(0.95)} ms\n`)
  }
}
