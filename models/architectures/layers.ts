import type { ConvOptions, GraphBuilder } from '../../src/onnx/builder.ts'
import type { Value } from '../../src/onnx/graph.ts'
import { unfoldedConv, worthUnfolding } from './unfolded-conv.ts'

/** torch's layers, by the name that their parameters have in the checkpoint. */

export interface ConvShape extends ConvOptions {
  readonly in: number
  readonly out: number
  readonly kernel: number
  /** False: none. A value instead of the checkpoint's `name.bias`. */
  readonly bias?: boolean | Value
  /** In how many parts it is unfolded, where it is: see unfolded-conv.ts. */
  readonly tiles?: number
}

/** torch.nn.Conv2d: [B,in,H,W] → [B,out,H',W']. */
export function conv2d(g: GraphBuilder, x: Value, name: string, shape: ConvShape): Value {
  const { in: channels, out, kernel, bias = true } = shape
  const stored = [out, channels, kernel, kernel]
  const added = bias === true ? g.parameter(`${name}.bias`, [out]) : bias === false ? undefined : bias
  if (g.unfold && worthUnfolding(shape)) {
    const weight = g.parameter(`${name}.weight`, stored, { dims: [out, channels * kernel * kernel] })
    return unfoldedConv(g, x, weight, added, shape)
  }
  return g.conv(x, g.parameter(`${name}.weight`, stored), added, shape)
}

/** torch.nn.Linear: [...,in] → [...,out]. */
export function linear(g: GraphBuilder, x: Value, name: string, inputs: number, outputs: number, bias = true): Value {
  const weight = g.parameter(`${name}.weight`, [outputs, inputs])
  return g.linear(x, weight, bias ? g.parameter(`${name}.bias`, [outputs]) : undefined)
}

/** torch.nn.LayerNorm over the last axis. */
export function layerNorm(g: GraphBuilder, x: Value, name: string, channels: number, epsilon = 1e-5): Value {
  return g.layerNorm(x, g.parameter(`${name}.weight`, [channels]), g.parameter(`${name}.bias`, [channels]), epsilon)
}

export interface GroupNormShape {
  readonly channels: number
  readonly groups: number
  readonly epsilon: number
}

/**
 * torch.nn.GroupNorm of [B,C,H,W], always in float32: half-precision sums over a whole picture overflow. ONNX's own
 * GroupNormalization runs on the CPU in onnxruntime-web; InstanceNormalization over groups is the same sum.
 */
export function groupNorm(g: GraphBuilder, x: Value, name: string, shape: GroupNormShape): Value {
  const { channels, groups, epsilon } = shape
  const ones = g.constant(new Float32Array(groups).fill(1), [groups], 'f32')
  const zeros = g.constant(new Float32Array(groups), [groups], 'f32')
  const grouped = g.reshape(g.cast(x, 'f32'), [0, groups, -1])
  const normal = g.reshapeTo(g.instanceNorm(grouped, ones, zeros, epsilon), x)
  const scale = g.parameter(`${name}.weight`, [channels], { type: 'f32' })
  const bias = g.parameter(`${name}.bias`, [channels], { type: 'f32' })
  return g.cast(g.channelAffine(normal, scale, bias), x.type)
}

/** Pixels as tokens: [B,C,H,W] → [B,H·W,C]. */
export const toTokens = (g: GraphBuilder, x: Value, channels: number): Value =>
  g.transpose(g.reshape(x, [0, channels, -1]), [0, 2, 1])

/** Tokens as pixels of a picture with the shape of `like`: [B,H·W,C] → [B,C,H,W]. */
export const toPixels = (g: GraphBuilder, tokens: Value, like: Value): Value =>
  g.reshapeTo(g.transpose(tokens, [0, 2, 1]), like)
