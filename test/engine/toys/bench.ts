import { AppError } from '../../../src/base/errors.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import { Engine, type EngineParts } from '../../../src/engine/engine.ts'
import type { GraphDocument } from '../../../src/graph/document.ts'
import { defaultsOf } from '../../../src/node/params.ts'
import { CpuBackend } from '../../../src/tensor/cpu.ts'
import { toys, type Ledger } from './nodes.ts'

/** An engine over toy nodes, with a byte meter and a list of what ran. */
export function bench(parts: Partial<EngineParts> = {}) {
  const ledger: Ledger & { wait: () => void } = {
    ran: [],
    wait: () => undefined,
    tick: async () => {
      await Promise.resolve()
      ledger.wait()
    },
  }
  const backend = new CpuBackend()
  const nodes = toys(ledger)
  const engine = new Engine({
    nodes,
    backend,
    services: {
      use: ({ id }) => {
        throw new AppError('engine/no-service', `There is no ${id}.`)
      },
    },
    sources: {
      picture: async (ref) => {
        if (ref.name === 'missing') throw new AppError('image/missing', 'It is not here.', { fix: 'Choose another.' })
        return ref.name
      },
      checkpoint: async (choice) => choice,
    },
    info: { backend: 'wasm', adapter: 'test' },
    cacheBytes: 1e9,
    pause: ledger.tick,
    ...parts,
  })
  const ranBy = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    ledger.ran.length = 0
    await work()
    return [...ledger.ran]
  }
  return { engine, backend, nodes, ledger, ranBy }
}

const TYPES = toys({ ran: [], tick: async () => undefined })

/** `{ id: [type, params] }` and `'a.out > b.in'`. */
export function graph(
  nodes: Readonly<Record<string, readonly [string, JsonObject?]>>,
  links: readonly string[],
): GraphDocument {
  return {
    format: 'marigold-graph',
    schema: 3,
    title: 'Test',
    nodes: Object.entries(nodes).map(([id, [type, params]]) => {
      const definition = TYPES.get(type)
      return {
        id,
        type,
        version: definition?.version ?? 1,
        params: { ...defaultsOf(definition?.params ?? {}), ...params },
        position: { x: 0, y: 0 },
      }
    }),
    links: links.map((link) => {
      const [from = [], to = []] = link.split(' > ').map((end) => end.split('.'))
      return { from: { node: from[0] ?? '', socket: from[1] ?? '' }, to: { node: to[0] ?? '', socket: to[1] ?? '' } }
    }),
  }
}

/** The shape of the real graph: photo → encode → noise × N → denoise → mean → colour → view. */
export const marigold = ({ members = 4, map = 'grey', batch = 1, seed = 1 } = {}): GraphDocument =>
  graph(
    {
      photo: ['input/photo'],
      encode: ['toy/encode'],
      noise: ['toy/noise', { members, seed }],
      denoise: ['toy/denoise', { batch }],
      mean: ['toy/mean'],
      colour: ['toy/colour', { map }],
      view: ['output/view'],
    },
    [
      'photo.image > encode.image',
      'encode.latent > noise.like',
      'encode.latent > denoise.image',
      'noise.noise > denoise.noise',
      'denoise.latent > mean.depth',
      'mean.depth > colour.value',
      'colour.image > view.value',
    ],
  )
