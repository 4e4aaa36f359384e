import { describe, expect, it } from 'vitest'
import { pixelAttention, QUERY_PARTS } from '../../models/architectures/pixel-attention.ts'
import { GraphBuilder } from '../../src/onnx/builder.ts'
import type { Value } from '../../src/onnx/graph.ts'
import { encodeModel, type Graph } from '../../src/onnx/model.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { maxAbsDifference } from '../support/fixtures.ts'

const CHANNELS = 8

type Attention = (g: GraphBuilder, q: Value, k: Value, v: Value) => Value

function graph(attention: Attention, channels = CHANNELS): Graph {
  const g = new GraphBuilder('attention', { has: () => false, expect: () => undefined })
  const [q, k, v] = ['q', 'k', 'v'].map((name) => g.input(name, 'f32', ['batch', 'tokens', channels]))
  if (!q || !k || !v) throw new Error('There are three inputs.')
  g.output('y', attention(g, q, k, v), ['batch', 'tokens', channels])
  return g.finish().graph
}

const fused: Attention = (g, q, k, v) => g.attention(q, k, v, 1, 1 / Math.sqrt(CHANNELS))
const split: Attention = (g, q, k, v) => pixelAttention(g, q, k, v, CHANNELS)

describe('the attention of the VAE in parts', async () => {
  const backend = new CpuBackend()
  const runtime = await openWasmRuntime({ backend, threads: 1 })
  const session = (made: Graph) => runtime.create({ name: 'attention', proto: encodeModel(made), external: [] })
  const [whole, inParts] = [await session(graph(fused)), await session(graph(split))]

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

  it('stores no scores of all pixels at once', () => {
    const ops = graph(split).nodes.map(({ op }) => op)
    expect(ops).not.toContain('MultiHeadAttention')
    expect(ops.filter((op) => op === 'Softmax')).toHaveLength(QUERY_PARTS)
  })

  it('is computed on WebAssembly where the runtime’s own operator counts beyond its integers', async () => {
    // 2·C·N² > 2³¹, as a picture of 512 × 512 has with the 96 channels of the embedded checkpoint.
    const [channels, tokens] = [512, 1536]
    const dims = [1, tokens, channels]
    const one = backend.upload(new Float32Array(tokens * channels).fill(1), dims)
    const at = (attention: Attention) => session(graph(attention, channels))
    const large = await at((g, q, k, v) => pixelAttention(g, q, k, v, channels))
    const mean = (await large.run({ q: one, k: one, v: one }))['y']
    expect(mean && Math.abs(((await backend.read(mean))[tokens] ?? 0) - 1)).toBeLessThan(1e-5)
    const own = await at((g, q, k, v) => g.attention(q, k, v, 1, 1))
    await expect(own.run({ q: one, k: one, v: one })).rejects.toThrow('Integer overflow')
  })
})
