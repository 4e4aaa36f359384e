import { cp, mkdtemp, readFile, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readUnetConfig } from '../../models/architectures/unet-config.ts'
import { unetGraph } from '../../models/architectures/unet-2d-condition.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { modelSource } from '../../src/onnx/source.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import type { CheckpointFiles } from '../../src/weights/files.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { bytesSource } from '../../src/weights/source.ts'
import { openWeights } from '../../src/weights/tensors.ts'
import { FIXTURES, fixtureJson } from '../support/fixtures.ts'
import { safetensors } from '../weights/files-made-here.ts'

async function unet(checkpoint: string) {
  const root = join(FIXTURES, 'checkpoints', checkpoint)
  const weights = await openWeights(await nodeFolder(root), 'unet')
  const config = readUnetConfig(await fixtureJson(`checkpoints/${checkpoint}/unet/config.json`))
  const text = new Float32Array(2 * config.crossAttentionDim)
  const built = unetGraph(config, weights, { text })
  const source = await modelSource(built, weights)
  const first = built.parameters[0]?.parameter ?? ''
  const parameters = weights.names.reduce(
    (sum, name) => sum + weights.get(name).shape.reduce((all, n) => all * n, 1),
    0,
  )
  return { root, weights, first, source, parameters, paths: source.external.map(({ path }) => path) }
}

it.each([
  ['tiny-ddim-trailing', 1],
  ['tiny-ddim-leading', 5],
])('initialisers of %s point into its %i safetensors files, which are handed on as they are', async (name, files) => {
  const { root, source, parameters, paths } = await unet(name)
  expect(paths).toHaveLength(files)
  for (const { path, size, read } of source.external) {
    const file = await readFile(join(root, path))
    expect(size).toBe(file.length)
    expect(Buffer.compare(read(size - 1000, size), file.subarray(size - 1000))).toBe(0)
  }
  // What is left in the model: operators, and constants such as the prompt and the ones of the norms.
  expect(4 * parameters).toBeGreaterThan(100_000)
  expect(source.proto.length).toBeLessThan(4 * parameters)
  const text = new TextDecoder('latin1').decode(source.proto)
  for (const path of paths) expect(text).toContain(path)
})

it('half precision for a runtime without it is converted to what the graph uses, when the runtime asks for it', async () => {
  const { weights, first, source, parameters, paths } = await unet('tiny-fp16')
  expect(paths).toEqual(['converted'])
  expect(source.external.map(({ size }) => size)).toEqual([4 * parameters])
  const values = await weights.f32(first)
  const bytes = source.external[0]?.read(0, values.byteLength)
  expect(new Float32Array(bytes?.slice().buffer ?? new ArrayBuffer())).toEqual(values)
})

it('reads nothing before the runtime asks, then a tensor at a time, and nothing more once it is stopped', async () => {
  const read: number[] = []
  const open = new Set<string>()
  const folder = await nodeFolder(join(FIXTURES, 'checkpoints/tiny-fp16'))
  const counted: CheckpointFiles = {
    ...folder,
    open: async (path) => {
      const source = await folder.open(path)
      return {
        ...source,
        hold: async () => {
          const held = await source.hold()
          open.add(path)
          return {
            read: (begin, end) => {
              read.push(end - begin)
              return held.read(begin, end)
            },
            close: () => {
              held.close()
              open.delete(path)
            },
          }
        },
      }
    },
  }
  const weights = await openWeights(counted, 'unet')
  const config = readUnetConfig(await fixtureJson('checkpoints/tiny-fp16/unet/config.json'))
  const stop = new AbortController()
  const graph = unetGraph(config, weights, { text: new Float32Array(2 * config.crossAttentionDim) })
  const source = await modelSource(graph, weights, stop.signal)
  expect(read).toEqual([])
  source.external[0]?.read(0, 4)
  expect(read).toHaveLength(1)
  expect(read[0]).toBe(2 * (await weights.f32(graph.parameters[0]?.parameter ?? '')).length)
  stop.abort()
  expect(() => source.external[0]?.read(0, 4)).toThrow('aborted')
  expect(open.size).toBe(1)
  source.close()
  expect(open.size).toBe(0)
})

it('of a large tensor that must be converted no more than a megabyte is read at a time, and every number arrives', async () => {
  const count = 600_001
  const halves = Uint16Array.from({ length: count }, (_, i) => 0x3c00 + (i % 1024))
  const bytes = safetensors({ w: { dtype: 'F16', shape: [count], bytes: new Uint8Array(halves.buffer) } })
  const read: number[] = []
  const whole = bytesSource(bytes)
  const files: CheckpointFiles = {
    name: 'large',
    sizes: new Map([['unet/diffusion_pytorch_model.safetensors', bytes.length]]),
    open: async () => ({
      ...whole,
      hold: async () => ({
        read: (begin, end) => {
          read.push(end - begin)
          return bytes.subarray(begin, end)
        },
        close: () => undefined,
      }),
    }),
  }
  const weights = await openWeights(files, 'unet')
  const use = { parameter: 'w', name: 'w', type: 'f32', dims: [count], from: 0, count } as const
  const graph = { name: 'large', nodes: [], initialisers: [], inputs: [], outputs: [] }
  const source = await modelSource({ graph, parameters: [use] }, weights)
  const made = source.external[0]?.read(0, 4 * count).slice().buffer
  const values = new Float32Array(made ?? new ArrayBuffer())
  expect(values).toHaveLength(count)
  // 1 + i / 1024: the halves from 1 to 2.
  expect(values.findIndex((value, i) => value !== 1 + (i % 1024) / 1024)).toBe(-1)
  expect(Math.max(...read)).toBeLessThanOrEqual(2 ** 20)
})

it('a file that is changed before the runtime asks is told as such, not as a failure of the runtime', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'marigold-'))
  const path = join(folder, 'unet/diffusion_pytorch_model.safetensors')
  await cp(join(FIXTURES, 'checkpoints/tiny-lcm/unet'), join(folder, 'unet'), { recursive: true })
  const weights = await openWeights(await nodeFolder(folder), 'unet')
  const config = readUnetConfig(await fixtureJson('checkpoints/tiny-lcm/unet/config.json'))
  const text = new Float32Array(2 * config.crossAttentionDim)
  const source = await modelSource(unetGraph(config, weights, { text }), weights)
  await utimes(path, 1, 1)
  const runtime = await openWasmRuntime({ backend: new CpuBackend(), threads: 1 })
  await expect(runtime.create(source)).rejects.toMatchObject({ code: 'weights/changed' })
  await rm(folder, { recursive: true })
})
