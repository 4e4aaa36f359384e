import { beforeAll, describe, expect, it } from 'vitest'
import { GraphBuilder } from '../../src/onnx/builder.ts'
import type { Value } from '../../src/onnx/graph.ts'
import { encodeModel } from '../../src/onnx/model.ts'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import type { Dims } from '../../src/tensor/tensor.ts'
import { maxAbsDifference } from '../support/fixtures.ts'

const noParameters = { has: () => false, expect: () => undefined }

/** Numbers without a pattern that a wrong axis would keep. */
const wild = (count: number, seed = 1): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => ((Math.sin((i + 1) * 12.9898 * seed) * 43758.5453) % 1) * 2)

describe('GraphBuilder on wasm', () => {
  const backend = new CpuBackend()
  let runtime: OnnxRuntime
  beforeAll(async () => {
    runtime = await openWasmRuntime({ backend, threads: 1 })
  })

  const run = async (x: Float32Array, dims: Dims, build: (g: GraphBuilder, x: Value) => Value) => {
    const g = new GraphBuilder('test', noParameters)
    const names = ['a', 'b', 'c', 'd'].slice(0, dims.length)
    const declared = dims.map((dim, axis) => (axis === 1 ? dim : (names[axis] ?? 'x')))
    const y = build(g, g.input('x', 'f32', declared))
    g.output(
      'y',
      y,
      y.dims.map((_, axis) => `y${axis}`),
    )
    const session = await runtime.create({ name: 'test', proto: encodeModel(g.finish().graph), external: [] })
    const input = backend.upload(x, dims)
    const { y: output } = await session.run({ x: input })
    const values = output ? await backend.read(output) : new Float32Array()
    output?.release()
    input.release()
    await session.release()
    expect(backend.bytes).toBe(0)
    return values
  }

  it.each([
    [1, 1],
    [1, 6],
    [5, 3],
  ])('convolves a doubled %d × %d picture by phases as it does plainly', async (height, width) => {
    const x = wild(2 * 3 * height * width)
    const [weight, bias] = [wild(4 * 3 * 9, 3), wild(4, 7)]
    const [phases, plain] = await Promise.all([
      run(x, [2, 3, height, width], (g, value) =>
        g.convDoubled(value, g.constant(weight, [4, 3, 3, 3]), g.constant(bias, [4])),
      ),
      run(x, [2, 3, height, width], (g, value) =>
        g.conv(g.upsampleNearest(value), g.constant(weight, [4, 3, 3, 3]), g.constant(bias, [4]), { padding: 1 }),
      ),
    ])
    expect(phases).toHaveLength(2 * 4 * 4 * height * width)
    expect(maxAbsDifference(phases, plain)).toBeLessThan(1e-5)
  })

  it('applies a linear layer with the weights as torch stores them', async () => {
    const y = await run(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 3, 2], (g, x) => {
      return g.linear(x, g.constant([1, 0, 0, 1, 1, 1], [3, 2]), g.constant([0, 10, 0], [3]))
    })
    expect([...y]).toEqual([1, 12, 3, 3, 14, 7, 5, 16, 11])
  })

  it('attends like softmax(q kᵀ · scale) v', async () => {
    const q = Float32Array.of(1, 0, 0, 1)
    const y = await run(q, [1, 2, 2], (g, x) => g.attention(x, x, x, 1, 0.5))
    const high = Math.exp(0.5) / (Math.exp(0.5) + 1)
    expect(maxAbsDifference(y, [high, 1 - high, 1 - high, high])).toBeLessThan(1e-6)
  })

  it('gives exact activations', async () => {
    const x = Float32Array.of(-3, -0.5, 0, 0.5, 3)
    const silu = await run(x, [1, 5], (g, value) => g.silu(value))
    expect(
      maxAbsDifference(
        silu,
        x.map((v) => v / (1 + Math.exp(-v))),
      ),
    ).toBeLessThan(1e-6)
    const gelu = await run(x, [1, 5], (g, value) => g.gelu(value))
    expect(maxAbsDifference(gelu, [-0.00404951, -0.15426877, 0, 0.34573123, 2.99595031])).toBeLessThan(1e-6)
  })

  it('refuses mismatched channels while the graph is built', () => {
    const g = new GraphBuilder('unet', noParameters)
    const x = g.input('x', 'f32', ['b', 8, 'h', 'w'])
    const weight = g.constant(new Float32Array(4 * 6), [4, 6, 1, 1])
    expect(() => g.conv(x, weight)).toThrow('Conv in unet takes 6 channels, but x has 8.')
    expect(() => g.add(x, g.constant([1, 2], [2, 1, 1]))).toThrow('Add of')
    expect(() => g.add(x, g.integers([1]))).toThrow('Add of f32')
  })

  it('says what is wrong when a model is broken or a tensor lives elsewhere', async () => {
    const broken = runtime.create({ name: 'broken model', proto: Uint8Array.of(8, 8), external: [] })
    await expect(broken).rejects.toMatchObject({ code: 'onnx/session' })
    const g = new GraphBuilder('test', noParameters)
    g.output('y', g.relu(g.input('x', 'f32', ['n'])), ['n'])
    const session = await runtime.create({ name: 'test', proto: encodeModel(g.finish().graph), external: [] })
    const wrong = backend.upload(Float32Array.of(1, 2), [2, 1])
    await expect(session.run({ x: wrong })).rejects.toMatchObject({ code: 'onnx/run' })
    wrong.release()
    await session.release()
    expect(backend.bytes).toBe(0)
  })
})
