import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GraphBuilder } from '../../src/onnx/builder.ts'
import { encodeModel } from '../../src/onnx/model.ts'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import { openTestBackend } from '../support/webgpu.ts'

describe('attention on WebGPU', () => {
  let runtime: OnnxRuntime
  let close: () => Promise<void>
  beforeAll(async () => {
    const opened = await openTestBackend()
    close = opened.close
    runtime = await openWebGpuRuntime({ backend: opened.backend })
  })
  afterAll(() => close())

  // onnxruntime-web takes its flash attention from 32 tokens on, whose shaders a software adapter compiles slowly
  it.each([
    [16, 1, [31, 35]],
    [12, 2, [32]],
  ])('with heads of %i channels, %i of them, weighs as softmax does', async (size, heads, lengths) => {
    const channels = size * heads
    const scale = 1 / Math.sqrt(size)
    const g = new GraphBuilder('attention', { has: () => false, expect: () => undefined }, { target: 'webgpu' })
    const input = (name: string) => g.input(name, 'f32', [1, 'tokens', channels])
    g.output('y', g.attention(input('q'), input('k'), input('v'), heads, scale), ['batch', 'tokens', 'channels'])
    const session = await runtime.create({ name: 'attention', proto: encodeModel(g.finish().graph), external: [] })
    for (const tokens of lengths) {
      const [q, k, v] = [1, 2, 3].map((salt) =>
        Float32Array.from({ length: tokens * channels }, (_, i) => 2 * Math.sin(0.37 * i * salt + salt)),
      ) as [Float32Array, Float32Array, Float32Array]
      const dims = [1, tokens, channels]
      const inputs = {
        q: runtime.backend.upload(q, dims),
        k: runtime.backend.upload(k, dims),
        v: runtime.backend.upload(v, dims),
      }
      const y = (await session.run(inputs))['y']
      if (y === undefined) throw new Error('No result.')
      const got = await runtime.backend.read(y)
      const expected = attention(q, k, v, tokens, heads, size, scale)
      expect(got.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (expected[i] ?? NaN))), 0)).toBeLessThan(
        1e-4,
      )
      for (const tensor of [...Object.values(inputs), y]) tensor.release()
    }
    await session.release()
  })
})

function attention(
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  n: number,
  heads: number,
  size: number,
  scale: number,
) {
  const c = heads * size
  const y = new Float64Array(n * c)
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < n; i++) {
      const at = (x: Float32Array, token: number, d: number): number => x[token * c + h * size + d] ?? 0
      const scores = Array.from({ length: n }, (_, j) => {
        let dot = 0
        for (let d = 0; d < size; d++) dot += at(q, i, d) * at(k, j, d)
        return Math.exp(dot * scale)
      })
      const sum = scores.reduce((a, b) => a + b)
      for (let d = 0; d < size; d++)
        y[i * c + h * size + d] = scores.reduce((a, s, j) => a + (s / sum) * at(v, j, d), 0)
    }
  }
  return y
}
