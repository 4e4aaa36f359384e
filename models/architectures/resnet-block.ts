import type { GraphBuilder } from '../../src/onnx/builder.ts'
import type { Value } from '../../src/onnx/graph.ts'
import { conv2d, groupNorm } from './layers.ts'

export interface ResnetShape {
  readonly in: number
  readonly out: number
  readonly groups: number
  readonly epsilon: number
}

/** SiLU(time embedding), [1,channels]; undefined in the VAE. */
export interface TimeEmbedding {
  readonly value: Value
  readonly channels: number
}

/**
 * diffusers' ResnetBlock2D: GroupNorm, SiLU, convolution, + time, GroupNorm, SiLU, convolution, + shortcut. The time
 * is the same for the whole batch, so its term is added to the bias of the first convolution instead of to every pixel.
 */
export function resnetBlock(g: GraphBuilder, x: Value, name: string, shape: ResnetShape, time?: TimeEmbedding): Value {
  const { out, groups, epsilon } = shape
  const first = g.silu(groupNorm(g, x, `${name}.norm1`, { channels: shape.in, groups, epsilon }))
  const weight = g.parameter(`${name}.conv1.weight`, [out, shape.in, 3, 3])
  const hidden = g.conv(first, weight, firstBias(g, name, out, time), { padding: 1 })
  const second = g.silu(groupNorm(g, hidden, `${name}.norm2`, { channels: out, groups, epsilon }))
  const residual = conv2d(g, second, `${name}.conv2`, { in: out, out, kernel: 3, padding: 1 })
  const shortcut = shape.in === out ? x : conv2d(g, x, `${name}.conv_shortcut`, { in: shape.in, out, kernel: 1 })
  return g.add(residual, shortcut)
}

function firstBias(g: GraphBuilder, name: string, out: number, time: TimeEmbedding | undefined): Value {
  const bias = g.parameter(`${name}.conv1.bias`, [out])
  if (!time) return bias
  const weight = g.parameter(`${name}.time_emb_proj.weight`, [out, time.channels])
  const projected = g.linear(time.value, weight, g.parameter(`${name}.time_emb_proj.bias`, [out]))
  return g.add(g.reshape(projected, [out]), bias)
}
