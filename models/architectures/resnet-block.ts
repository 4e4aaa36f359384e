import type { GraphBuilder } from '../../src/onnx/builder.ts'
import type { Value } from '../../src/onnx/graph.ts'
import { conv2d } from './layers.ts'
import { stripConv, stripGroupNorm, type Prepare, type Strips } from './strips.ts'

export interface ResnetShape {
  readonly in: number
  readonly out: number
  readonly groups: number
  readonly epsilon: number
  /** In how many parts convolutions are unfolded, where they are. */
  readonly tiles?: number
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
export function resnetBlock(
  g: GraphBuilder,
  x: Strips,
  name: string,
  shape: ResnetShape,
  time?: TimeEmbedding,
): Strips {
  const { out, groups, epsilon, tiles = 1 } = shape
  const activated = (strips: Strips, norm: string, channels: number): Prepare => {
    const normal = stripGroupNorm(g, strips, `${name}.${norm}`, { channels, groups, epsilon })
    return (rows) => g.silu(normal(rows))
  }
  const kernel = { kernel: 3, padding: 1, tiles }
  const first = activated(x, 'norm1', shape.in)
  const bias = firstBias(g, name, out, time)
  const hidden = stripConv(g, x, `${name}.conv1`, { in: shape.in, out, ...kernel, bias }, first)
  const residual = stripConv(g, hidden, `${name}.conv2`, { in: out, out, ...kernel }, activated(hidden, 'norm2', out))
  return residual.map((rows, i) => {
    const from = x[i] ?? rows
    return g.add(
      rows,
      shape.in === out ? from : conv2d(g, from, `${name}.conv_shortcut`, { in: shape.in, out, kernel: 1 }),
    )
  })
}

function firstBias(g: GraphBuilder, name: string, out: number, time: TimeEmbedding | undefined): Value {
  const bias = g.parameter(`${name}.conv1.bias`, [out])
  if (!time) return bias
  const weight = g.parameter(`${name}.time_emb_proj.weight`, [out, time.channels])
  const projected = g.linear(time.value, weight, g.parameter(`${name}.time_emb_proj.bias`, [out]))
  return g.add(g.reshape(projected, [out]), bias)
}
