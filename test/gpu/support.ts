import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Checkpoints } from '../../models/checkpoint/checkpoint.ts'
import { withSettings } from '../../src/app/cli/settings.ts'
import { nodes } from '../../src/app/registry.ts'
import { bindServices } from '../../src/base/service.ts'
import { Engine } from '../../src/engine/engine.ts'
import type { Tier } from '../../src/engine/results/tier.ts'
import type { GraphDocument } from '../../src/graph/document.ts'
import { parseDocument } from '../../src/graph/validate.ts'
import { OutputFiles, Pictures } from '../../src/node/index.ts'
import type { Backend } from '../../src/tensor/tensor.ts'
import { toyCheckpoints, toyConfig } from '../nodes/toy-checkpoint.ts'

const GRAPH = join(import.meta.dirname, '../../examples/ensemble.json')
const picture = {
  width: 20,
  height: 16,
  channels: 3 as const,
  data: Uint8Array.from({ length: 960 }, (_, i) => (i * 31) % 256),
}

/** The example with the ensemble, of three members in batches of two, small. */
export async function ensembleGraph(resolution = 16): Promise<GraphDocument> {
  const { document } = parseDocument(await readFile(GRAPH, 'utf8'), nodes)
  return withSettings(document, nodes, [
    { node: 'fit', param: 'resolution', value: String(resolution) },
    { node: 'noise', param: 'members', value: '3' },
    { node: 'denoise', param: 'steps', value: '2' },
    { node: 'denoise', param: 'batch_size', value: '2' },
    { node: 'decode', param: 'batch_size', value: '1' },
    { node: 'align', param: 'max_iter', value: '1' },
  ])
}

/** What a checkpoint is asked for; it may be interrupted there. */
export type Stage = 'open' | 'encode' | 'denoise' | 'decode'

/**
 * The real nodes and kernels on a backend, with models of one line, which read and upload what they are given; `files` are
 * what was exported, `calls` what the models were asked for, `batches` how many members were denoised at once.
 */
export function session(
  backend: Backend,
  tiers: readonly Tier[] = [],
  asked: (stage: Stage) => void = () => undefined,
) {
  const calls: Stage[] = []
  const batches: number[] = []
  const files = new Map<string, Uint8Array>()
  const ask = (stage: Stage): void => {
    calls.push(stage)
    asked(stage)
  }
  const checkpoints: Checkpoints = {
    identify: async () => ({ id: 'toy', name: 'Toy' }),
    async open(...given) {
      ask('open')
      const toy = await toyCheckpoints(backend, toyConfig, { timesteps: [], batches, encoded: [] }).open(...given)
      return {
        ...toy,
        encode: async (...args) => (ask('encode'), toy.encode(...args)),
        denoise: async (...args) => (ask('denoise'), toy.denoise(...args)),
        decode: async (...args) => (ask('decode'), toy.decode(...args)),
      }
    },
  }
  let clock = 0
  const engine = new Engine({
    nodes,
    backend,
    info: { backend: 'webgpu', adapter: 'test' },
    cacheBytes: 2 ** 30,
    tiers,
    // All is dear: what is finished is kept.
    now: () => (clock += 300),
    services: bindServices([
      [Checkpoints, checkpoints],
      [Pictures, { load: async () => picture }],
      [OutputFiles, { write: async (name: string, bytes: Uint8Array) => void files.set(name, new Uint8Array(bytes)) }],
    ]),
    sources: { picture: async () => 'picture', checkpoint: async () => 'toy' },
  })
  return { engine, files, calls, batches }
}
