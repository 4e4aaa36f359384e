import type { GraphBuilder } from '../../src/onnx/builder.ts'
import type { Value } from '../../src/onnx/graph.ts'

/** Parts of the queries that are computed one after the other: the scores of one part are N²/16 numbers. */
export const QUERY_PARTS = 16

/**
 * softmax(q·kᵀ/√C)·v with one head as wide as the VAE's middle, over q, k and v [B,N,C] in float32: every pixel of the
 * latent attends to all others.
 *
 * onnxruntime-web 1.30 cannot be given all of it at once. On WebGPU it computes heads of 512 channels from partial outputs,
 * of which it stores one for every 64 keys: 32·N² bytes, 1.5 GB for a latent of 96×72. On WebAssembly it stores all scores,
 * and counts 2·C·N² in 31 bits: with 96 channels a picture of 512×512 is too much ("Integer overflow"). Here the queries
 * come in parts instead, whose scores need N²/4 bytes, 12 MB of the same. Each row is computed as it would be alone, so the
 * parts change no result.
 */
export function pixelAttention(g: GraphBuilder, q: Value, k: Value, v: Value, channels: number): Value {
  const scale = g.constant([1 / Math.sqrt(channels)], [1, 1, 1], 'f32')
  const queries = parts(g, g.mul(q, scale), channels)
  const keys = g.reshape(g.transpose(k, [0, 2, 1]), [0, 1, channels, -1])
  const values = g.reshape(v, [0, 1, -1, channels])
  const mixed = Array.from({ length: QUERY_PARTS }, (_, i) =>
    g.matmul(g.softmax(g.matmul(g.slice(queries, i, i + 1, 1), keys)), values),
  )
  const rows = g.reshape(g.concat(mixed, 1), [0, 1, -1, channels])
  return g.reshape(g.rowsBetween(rows, g.integers([0]), count(g, q)), [0, -1, channels])
}

/** [B,N,C] → [B,parts,⌈N/parts⌉,C], filled with zeros. */
function parts(g: GraphBuilder, q: Value, channels: number): Value {
  const filled = g.pad(g.reshape(q, [0, 1, -1, channels]), [0, 0, QUERY_PARTS - 1, 0])
  const each = g.div(g.add(count(g, q), g.integers([QUERY_PARTS - 1])), g.integers([QUERY_PARTS]))
  const whole = g.rowsBetween(filled, g.integers([0]), g.mul(each, g.integers([QUERY_PARTS])))
  return g.reshape(whole, [0, QUERY_PARTS, -1, channels])
}

/** N of [B,N,C], [1]. */
const count = (g: GraphBuilder, tokens: Value): Value => g.slice(g.shape(tokens), 1, 2)
