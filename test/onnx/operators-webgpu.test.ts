import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GraphBuilder } from '../../src/onnx/builder.ts'
import type { Value } from '../../src/onnx/graph.ts'
import { encodeModel } from '../../src/onnx/model.ts'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import { openTestBackend } from '../support/webgpu.ts'

const noParameters = { has: () => false, expect: () => undefined }

/** Operators that touch whole pictures. Those that compute shapes stay on the processor. */
const operators: Readonly<Record<string, (g: GraphBuilder, x: Value) => Value>> = {
  Conv: (g, x) => g.conv(x, g.constant(new Float32Array(4 * 4 * 9), [4, 4, 3, 3]), undefined, { padding: 1 }),
  'strided Conv': (g, x) =>
    g.conv(x, g.constant(new Float32Array(4 * 4 * 9), [4, 4, 3, 3]), undefined, { stride: 2, padding: [0, 0, 1, 1] }),
  Gemm: (g, x) => g.linear(g.reshape(x, [-1, 4]), g.constant(new Float32Array(12), [3, 4])),
  MultiHeadAttention: (g, x) => tokens(g, x, (t) => g.attention(t, t, t, 2, 1)),
  InstanceNormalization: (g, x) =>
    g.instanceNorm(g.reshape(x, [0, 2, -1]), g.constant([1, 1], [2]), g.constant([0, 0], [2]), 1e-5),
  LayerNormalization: (g, x) =>
    tokens(g, x, (t) => g.layerNorm(t, g.constant([1, 1, 1, 1], [4]), g.constant([0, 0, 0, 0], [4]), 1e-5)),
  QuickGelu: (g, x) => g.silu(x),
  Gelu: (g, x) => g.gelu(x),
  Sigmoid: (g, x) => g.sigmoid(x),
  Softmax: (g, x) => g.softmax(x),
  Relu: (g, x) => g.relu(x),
  Tanh: (g, x) => g.tanh(x),
  Resize: (g, x) => g.upsampleNearest(x),
  Concat: (g, x) => g.concat([x, g.relu(x)], 1),
  Slice: (g, x) => g.slice(x, 0, 2, 1),
  'Add, Mul, Div, Sub': (g, x) => g.sub(g.div(g.mul(g.add(x, x), g.scalar(2)), g.scalar(3)), g.scalar(1)),
  'Cast to half and back': (g, x) => g.cast(g.cast(x, 'f16'), 'f32'),
}

const tokens = (g: GraphBuilder, x: Value, use: (tokens: Value) => Value): Value =>
  use(g.transpose(g.reshape(x, [0, 4, -1]), [0, 2, 1]))

describe('onnxruntime-web on WebGPU', () => {
  let runtime: OnnxRuntime
  let mixed: OnnxRuntime
  let close: () => Promise<void>
  beforeAll(async () => {
    const opened = await openTestBackend()
    close = opened.close
    runtime = await openWebGpuRuntime({ backend: opened.backend, gpuOnly: true })
    mixed = await openWebGpuRuntime({ backend: opened.backend })
  })
  afterAll(() => close())

  it.each(Object.keys(operators))('keeps %s off the processor', async (name) => {
    const g = new GraphBuilder(name, noParameters, { target: 'webgpu' })
    const y = operators[name]?.(g, g.input('x', 'f32', [1, 4, 6, 6]))
    if (!y) throw new Error('The operator is in the table.')
    g.output(
      'y',
      y,
      y.dims.map((_, axis) => `y${axis}`),
    )
    const proto = encodeModel(g.finish().graph)
    await (await runtime.create({ name, proto, external: [] })).release()
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
