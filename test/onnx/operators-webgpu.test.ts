import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unfoldedConv, type UnfoldedShape } from '../../models/architectures/unfolded-conv.ts'
import { GraphBuilder } from '../../src/onnx/builder.ts'
import type { Value } from '../../src/onnx/graph.ts'
import { encodeModel } from '../../src/onnx/model.ts'
import type { ModelSource, OnnxRuntime } from '../../src/onnx/runtime.ts'
import { openWasmRuntime, openWebGpuRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { count, type Dims } from '../../src/tensor/tensor.ts'
import { maxAbsDifference } from '../support/fixtures.ts'
import { openTestBackend } from '../support/webgpu.ts'

const noParameters = { has: () => false, expect: () => undefined }

/** Numbers without a pattern that a wrong axis would keep, in -1..1. */
const wild = (n: number, seed = 1): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin((i + 1) * 12.9898 * seed + seed))

const weights = (g: GraphBuilder, dims: Dims, seed = 2): Value => g.constant(wild(count(dims), seed), dims)

/** Operators that touch whole pictures, x [1,4,h,w]. */
const operators: Readonly<Record<string, (g: GraphBuilder, x: Value) => Value>> = {
  Conv: (g, x) => g.conv(x, weights(g, [4, 4, 3, 3]), weights(g, [4], 3), { padding: 1 }),
  'Conv 1 × 1 to an odd number of channels': (g, x) => g.conv(x, weights(g, [5, 4, 1, 1]), weights(g, [5], 3)),
  'strided Conv': (g, x) => g.conv(x, weights(g, [4, 4, 3, 3]), undefined, { stride: 2, padding: 1 }),
  'strided Conv with zeros right and below': (g, x) =>
    g.conv(g.upsampleNearest(x), weights(g, [4, 4, 3, 3]), undefined, { stride: 2, padding: [0, 0, 1, 1] }),
  Gemm: (g, x) => g.linear(g.reshape(x, [-1, 1]), weights(g, [3, 1]), weights(g, [3], 3)),
  'Transpose, Gemm': (g, x) => g.linear(g.reshape(g.transpose(x, [0, 2, 3, 1]), [-1, 4]), weights(g, [3, 4])),
  MatMul: (g, x) => tokens(g, x, (t) => g.matmul(t, weights(g, [4, 3]))),
  MultiHeadAttention: (g, x) => tokens(g, x, (t) => g.attention(t, t, t, 2, 1)),
  InstanceNormalization: (g, x) => g.instanceNorm(g.reshape(x, [0, 2, -1]), weights(g, [2]), weights(g, [2], 3), 1e-2),
  BatchNormalization: (g, x) => g.channelAffine(x, weights(g, [4]), weights(g, [4], 3)),
  LayerNormalization: (g, x) => tokens(g, x, (t) => g.layerNorm(t, weights(g, [4]), weights(g, [4], 3), 1e-5)),
  QuickGelu: (g, x) => g.silu(x),
  Gelu: (g, x) => g.gelu(x),
  Sigmoid: (g, x) => g.sigmoid(x),
  Softmax: (g, x) => g.softmax(x),
  Relu: (g, x) => g.relu(x),
  Tanh: (g, x) => g.tanh(x),
  Resize: (g, x) => g.upsampleNearest(x),
  Concat: (g, x) => g.concat([x, g.relu(x)], 1),
  Slice: (g, x) => g.slice(x, 1, 3, 1),
  'Add, Mul, Div, Sub': (g, x) => g.sub(g.div(g.mul(g.add(x, x), weights(g, [4, 1, 1])), g.scalar(3)), g.scalar(1)),
  'Cast to half and back': (g, x) => g.cast(g.cast(x, 'f16'), 'f32'),
}

/** Operators whose shapes are computed, which the processor does. */
const withShapes: typeof operators = {
  'Linear of many': (g, x) =>
    tokens(g, x, (t) => g.linear(g.matmul(t, weights(g, [4, 64])), weights(g, [65, 64]), weights(g, [65], 3))),
  'unfolded Conv': (g, x) => unfoldedConv(g, x, weights(g, [5, 36]), weights(g, [5], 3), unfolded(3, 1)),
  'unfolded Conv without a bias, with zeros right and below': (g, x) =>
    unfoldedConv(g, g.upsampleNearest(x), weights(g, [5, 16]), undefined, unfolded(2, [0, 0, 1, 1])),
  'unfolded Conv in three parts': (g, x) => {
    const larger = g.upsampleNearest(g.upsampleNearest(x))
    return unfoldedConv(g, larger, weights(g, [5, 36]), weights(g, [5], 3), { ...unfolded(3, 1), tiles: 3 })
  },
  'Resize to the size of another': (g, x) => g.resizeNearestTo(g.slice(x, 0, 2, 1), g.upsampleNearest(x)),
  'Resize to an odd size': (g, x) =>
    g.resizeNearestTo(x, g.conv(g.upsampleNearest(x), weights(g, [4, 4, 2, 2]), undefined)),
  'Reshape to the shape of another': (g, x) => g.reshapeTo(g.reshape(x, [0, 4, -1]), g.relu(x)),
  Expand: (g, x) => g.op('Expand', [weights(g, [1, 4, 1, 1]), g.shape(x)], { dims: x.dims }),
}

const unfolded = (kernel: number, padding: NonNullable<UnfoldedShape['padding']>): UnfoldedShape => ({
  in: 4,
  out: 5,
  kernel,
  padding,
})

const tokens = (g: GraphBuilder, x: Value, use: (tokens: Value) => Value): Value =>
  use(g.transpose(g.reshape(x, [0, 4, -1]), [0, 2, 1]))

/** One operator as a model of any size. */
function model(name: string, target: 'wasm' | 'webgpu'): ModelSource {
  const g = new GraphBuilder(name, noParameters, { target })
  const y = { ...operators, ...withShapes }[name]?.(g, g.input('x', 'f32', [1, 4, 'h', 'w']))
  if (!y) throw new Error('The operator is in the table.')
  g.output(
    'y',
    y,
    y.dims.map((_, axis) => `y${axis}`),
  )
  return { name, proto: encodeModel(g.finish().graph), external: [] }
}

describe('onnxruntime-web on WebGPU', () => {
  let runtime: OnnxRuntime
  let mixed: OnnxRuntime
  let wasm: OnnxRuntime
  let close: () => Promise<void>
  beforeAll(async () => {
    const opened = await openTestBackend()
    close = opened.close
    runtime = await openWebGpuRuntime({ backend: opened.backend, gpuOnly: true })
    mixed = await openWebGpuRuntime({ backend: opened.backend })
    wasm = await openWasmRuntime({ backend: new CpuBackend(), threads: 1 })
  })
  afterAll(() => close())

  it.each(Object.keys(operators))('keeps %s off the processor', async (name) => {
    await (await runtime.create(model(name, 'webgpu'))).release()
  })

  it.each(Object.keys({ ...operators, ...withShapes }))('computes %s as WebAssembly does', async (name) => {
    if (name.includes('half') && !mixed.half) return
    const sessions = [await wasm.create(model(name, 'wasm')), await mixed.create(model(name, 'webgpu'))] as const
    for (const [height, width] of [
      [6, 6],
      [7, 5],
      [1, 1],
    ] as const) {
      const x = wild(4 * height * width)
      const results = await Promise.all(
        [wasm, mixed].map(async ({ backend }, i) => {
          const input = backend.upload(x, [1, 4, height, width])
          const { y } = (await sessions[i]?.run({ x: input })) ?? {}
          if (y === undefined) throw new Error('No result.')
          const result = { dims: y.dims, values: await backend.read(y) }
          for (const tensor of [input, y]) tensor.release()
          return result
        }),
      )
      const [expected, found] = results
      expect(found?.dims).toEqual(expected?.dims)
      expect(maxAbsDifference(found?.values ?? [], expected?.values ?? [0])).toBeLessThan(2e-5)
    }
    for (const session of sessions) await session.release()
  })

  it('would notice', async () => {
    const g = new GraphBuilder('hardmax', noParameters)
    const x = g.input('x', 'f32', [1, 4])
    g.output('y', g.op('Hardmax', [x], { dims: x.dims }), [1, 4])
    const source = { name: 'hardmax', proto: encodeModel(g.finish().graph), external: [] }
    await (await mixed.create(source)).release()
    await expect(runtime.create(source)).rejects.toMatchObject({ code: 'onnx/session' })
  })
})
