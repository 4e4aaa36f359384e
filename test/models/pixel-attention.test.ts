import { describe, expect, it } from 'vitest'
import { pixelAttention, QUERY_PARTS } from '../../models/architectures/pixel-attention.ts'
import { GraphBuilder } from '../../src/onnx/builder.ts'
import { encodeModel, type Graph } from '../../src/onnx/model.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { maxAbsDifference } from '../support/fixtures.ts'

const CHANNELS = 8

function graph(target: 'wasm' | 'webgpu'): Graph {
  const g = new GraphBuilder('attention', { has: () => false, expect: () => undefined }, { target })
  const [q, k, v] = ['q', 'k', 'v'].map((name) => g.input(name, 'f32', ['batch', 'tokens', CHANNELS]))
  if (!q || !k || !v) throw new Error('There are three inputs.')
  g.output('y', pixelAttention(g, q, k, v, CHANNELS), ['batch', 'tokens', CHANNELS])
  return g.finish().graph
}

describe('the attention of the VAE in parts', async () => {
  const backend = new CpuBackend()
  const runtime = await openWasmRuntime({ backend, threads: 1 })
  const session = (target: 'wasm' | 'webgpu') =>
    runtime.create({ name: target, proto: encodeModel(graph(target)), external: [] })
  const [whole, inParts] = [await session('wasm'), await session('webgpu')]

  it.each([1, 2, QUERY_PARTS - 1, QUERY_PARTS, QUERY_PARTS + 1, 3 * QUERY_PARTS + 5])(
    'is that of the whole picture, of %i pixels, for a batch of two',
    async (tokens) => {
      const dims = [2, tokens, CHANNELS]
      const values = (salt: number) =>
        Float32Array.from({ length: 2 * tokens * CHANNELS }, (_, i) => 3 * Math.sin(0.37 * i * salt + salt))
      const inputs = Object.fromEntries(['q', 'k', 'v'].map((name, i) => [name, backend.upload(values(i + 1), dims)]))
      const [a, b] = [(await whole.run(inputs))['y'], (await inParts.run(inputs))['y']]
      expect(b?.dims).toEqual(dims)
      const [wanted, found] = [a && (await backend.read(a)), b && (await backend.read(b))]
      expect(maxAbsDifference(found ?? [], wanted ?? [NaN])).toBeLessThan(1e-5)
      for (const tensor of [...Object.values(inputs), a, b]) tensor?.release()
      expect(backend.bytes).toBe(0)
    },
  )

  it('stores no scores of all pixels at once on WebGPU', () => {
    const ops = graph('webgpu').nodes.map(({ op }) => op)
    expect(ops).not.toContain('MultiHeadAttention')
    expect(ops.filter((op) => op === 'Softmax')).toHaveLength(QUERY_PARTS)
  })
})
