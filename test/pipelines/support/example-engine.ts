import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Checkpoints } from '../../../models/checkpoint/checkpoint.ts'
import { CheckpointStore } from '../../../models/checkpoint/store.ts'
import { withSettings } from '../../../src/app/cli/settings.ts'
import { nodes } from '../../../src/app/registry.ts'
import { bindServices } from '../../../src/base/service.ts'
import { Engine, type EngineParts } from '../../../src/engine/engine.ts'
import type { GraphDocument } from '../../../src/graph/document.ts'
import { parseDocument } from '../../../src/graph/validate.ts'
import { OutputFiles, Pictures } from '../../../src/node/index.ts'
import type { OnnxRuntime } from '../../../src/onnx/runtime.ts'
import { nodeFolder } from '../../../src/weights/node-folder.ts'

const GRAPH = join(import.meta.dirname, '../../../examples/ensemble.json')

const picture = {
  width: 20,
  height: 16,
  channels: 3 as const,
  data: Uint8Array.from({ length: 960 }, (_, i) => (i * 31) % 256),
}

/** The real engine with the ensemble's example, a picture of 20 × 16, and the checkpoint of a folder; files go nowhere. */
export async function exampleEngine(
  folder: string,
  runtime: OnnxRuntime,
  parts: Pick<EngineParts, 'backend'> & Partial<EngineParts>,
) {
  const files = await nodeFolder(folder)
  const checkpoints = new CheckpointStore(async (name) => ({ name, files }), runtime)
  const engine = new Engine({
    nodes,
    info: { backend: parts.backend.kind === 'webgpu' ? 'webgpu' : 'wasm', adapter: 'test' },
    cacheBytes: 2 ** 30,
    services: bindServices([
      [Checkpoints, checkpoints],
      [Pictures, { load: async () => picture }],
      [OutputFiles, { write: async () => undefined }],
    ]),
    sources: {
      picture: async () => 'picture',
      checkpoint: async (choice, signal) => (await checkpoints.identify(choice, signal)).id,
    },
    ...parts,
  })
  const { document } = parseDocument(await readFile(GRAPH, 'utf8'), nodes)
  const close = async (): Promise<void> => {
    await engine.dispose()
    await checkpoints.close()
  }
  return { engine, document, close }
}

/** The document with parameters, by `node.param`. */
export const withParams = (document: GraphDocument, params: Readonly<Record<string, string | number>>): GraphDocument =>
  withSettings(
    document,
    nodes,
    Object.entries(params).map(([path, value]) => {
      const [node = '', param = ''] = path.split('.')
      return { node, param, value: String(value) }
    }),
  )
