import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Checkpoints } from '../../models/checkpoint/checkpoint.ts'
import { CheckpointStore } from '../../models/checkpoint/store.ts'
import { withSettings } from '../../src/app/cli/settings.ts'
import { nodes } from '../../src/app/registry.ts'
import { bindServices } from '../../src/base/service.ts'
import { Engine } from '../../src/engine/engine.ts'
import { parseDocument } from '../../src/graph/validate.ts'
import { OutputFiles, Pictures } from '../../src/node/index.ts'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { FIXTURES } from '../support/fixtures.ts'

vi.setConfig({ testTimeout: 60_000 })

const GRAPH = join(import.meta.dirname, '../../examples/ensemble.json')
const picture = { width: 20, height: 16, channels: 3 as const, data: new Uint8Array(960).fill(90) }

let folder: string
let runtime: OnnxRuntime
const backend = new CpuBackend()
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overflow-'))
  runtime = await openWasmRuntime({ backend, threads: 2 })
})
afterAll(() => rm(folder, { recursive: true }))

/** The tiny checkpoint, in whose parameters of this name every weight is `weight`: sums of 10³⁰ overflow float32. */
async function spoilt(component: 'unet' | 'vae', parameters: RegExp, weight: number): Promise<string> {
  const copy = join(folder, `${component}-${weight}-${parameters.source.replace(/\W/g, '')}`)
  await cp(join(FIXTURES, 'checkpoints/tiny-lcm'), copy, { recursive: true })
  const path = join(copy, component, 'diffusion_pytorch_model.safetensors')
  const bytes = await readFile(path)
  const start = 8 + Number(bytes.readBigUInt64LE())
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, { data_offsets?: [number, number] }>
  for (const [name, { data_offsets: [from, to] = [0, 0] }] of Object.entries(header)) {
    if (parameters.test(name)) for (let at = start + from; at < start + to; at += 4) bytes.writeFloatLE(weight, at)
  }
  await writeFile(path, bytes)
  return copy
}

it.each([
  ['encode', 'vae', /^encoder.*weight/, 1e30],
  ['denoise', 'unet', /conv.*weight/, 1e30],
  ['decode', 'vae', /^decoder.*weight/, 1e30],
  ['encode', 'vae', /^quant_conv/, 0],
  ['denoise', 'unet', /^conv_out/, 0],
  ['decode', 'vae', /^decoder\.conv_out/, 0],
] as const)(
  '%s fails, and keeps nothing, where its model (%s, every %s is %d) makes no sound numbers',
  async (node, component, which, weight) => {
    const files = await nodeFolder(await spoilt(component, which, weight))
    const [code, made, fix] =
      weight === 0
        ? ['node/all-zero', 'nothing but zeros', 'run again']
        : ['node/not-finite', '.* numbers that are not finite', 'fp32 files']
    const checkpoints = new CheckpointStore(async (name) => ({ name, files }), runtime)
    const engine = new Engine({
      nodes,
      backend,
      info: { backend: 'wasm', adapter: 'test' },
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
    })
    const { document } = parseDocument(await readFile(GRAPH, 'utf8'), nodes)
    const small = withSettings(document, nodes, [
      { node: 'fit', param: 'resolution', value: '16' },
      { node: 'noise', param: 'members', value: '2' },
      { node: 'denoise', param: 'steps', value: '2' },
    ])
    for (let run = 0; run < 2; run++) {
      const { failed = [], nodes: reports } = await engine.run(small)
      expect(failed).toEqual([
        {
          code,
          node,
          message: expect.stringMatching(`^The (U-Net|VAE \\w+) made ${made}`) as string,
          fix: expect.stringContaining(fix) as string,
        },
      ])
      expect(reports.find(({ id }) => id === node)).toMatchObject({ computed: 0, cached: 0 })
    }
    await engine.dispose()
    await checkpoints.close()
    expect(backend.bytes).toBe(0)
  },
)
