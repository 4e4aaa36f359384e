import type { GraphBuilder } from '../../src/onnx/builder.ts'
import type { Value } from '../../src/onnx/graph.ts'
import { conv2d, groupNorm, layerNorm, linear, toPixels, toTokens } from './layers.ts'
import type { FoldedPrompt } from './prompt-fold.ts'

/** The text that every U-Net call attends to. */
export interface Prompt {
  /** Cross-attentions by parameter prefix, folded for a prompt of two tokens. */
  readonly folded?: ReadonlyMap<string, FoldedPrompt>
  /** [1,N,dim], for the general form. */
  readonly embedding: Value
  readonly dim: number
}

export interface TransformerShape {
  readonly channels: number
  readonly heads: number
  readonly layers: number
  readonly groups: number
  /** proj_in and proj_out are linear layers on tokens, else 1×1 convolutions: the same sums with other shapes. */
  readonly linearProjection: boolean
}

/** diffusers' Transformer2DModel on [B,C,H,W], with the text as context. */
export function transformer2d(g: GraphBuilder, x: Value, name: string, shape: TransformerShape, prompt: Prompt): Value {
  const { channels, groups, linearProjection } = shape
  const normal = groupNorm(g, x, `${name}.norm`, { channels, groups, epsilon: 1e-6 })
  const project = { in: channels, out: channels, kernel: 1 }
  let tokens = linearProjection
    ? linear(g, toTokens(g, normal, channels), `${name}.proj_in`, channels, channels)
    : toTokens(g, conv2d(g, normal, `${name}.proj_in`, project), channels)
  for (let i = 0; i < shape.layers; i++) {
    tokens = transformerBlock(g, tokens, `${name}.transformer_blocks.${i}`, shape, prompt)
  }
  const out = linearProjection
    ? toPixels(g, linear(g, tokens, `${name}.proj_out`, channels, channels), x)
    : conv2d(g, toPixels(g, tokens, x), `${name}.proj_out`, project)
  return g.add(out, x)
}

/** diffusers' BasicTransformerBlock on tokens [B,N,C]: self-attention, cross-attention, feed-forward, each + residual. */
function transformerBlock(g: GraphBuilder, x: Value, name: string, shape: TransformerShape, prompt: Prompt): Value {
  const { channels, heads } = shape
  const self = layerNorm(g, x, `${name}.norm1`, channels)
  const attended = g.add(selfAttention(g, self, `${name}.attn1`, channels, heads), x)
  const cross = layerNorm(g, attended, `${name}.norm2`, channels)
  const informed = g.add(crossAttention(g, cross, `${name}.attn2`, channels, heads, prompt), attended)
  return g.add(feedForward(g, layerNorm(g, informed, `${name}.norm3`, channels), `${name}.ff`, channels), informed)
}

function selfAttention(g: GraphBuilder, x: Value, name: string, channels: number, heads: number): Value {
  const [q, k, v] = ['to_q', 'to_k', 'to_v'].map((part) => linear(g, x, `${name}.${part}`, channels, channels, false))
  return linear(g, attend(g, q ?? x, k ?? x, v ?? x, channels, heads), `${name}.to_out.0`, channels, channels)
}

function crossAttention(
  g: GraphBuilder,
  x: Value,
  name: string,
  channels: number,
  heads: number,
  prompt: Prompt,
): Value {
  const folded = prompt.folded?.get(name)
  if (folded) {
    const share = g.sigmoid(g.linear(x, g.constant(folded.direction, [heads, channels])))
    return g.linear(share, g.constant(folded.difference, [channels, heads]), g.constant(folded.base, [channels]))
  }
  const { embedding, dim } = prompt
  const tokens = embedding.dims[1] ?? 1
  const everyMember = g.concat([g.slice(g.shape(x), 0, 1), g.integers([tokens, channels])], 0)
  const [k, v] = ['to_k', 'to_v'].map((part) => {
    const one = linear(g, embedding, `${name}.${part}`, dim, channels, false)
    return g.op('Expand', [one, everyMember], { dims: [null, tokens, channels] })
  })
  const q = linear(g, x, `${name}.to_q`, channels, channels, false)
  return linear(g, attend(g, q, k ?? q, v ?? q, channels, heads), `${name}.to_out.0`, channels, channels)
}

/** Attention in float32: SD2's scores overflow half precision. */
function attend(g: GraphBuilder, q: Value, k: Value, v: Value, channels: number, heads: number): Value {
  const [q32, k32, v32] = [g.cast(q, 'f32'), g.cast(k, 'f32'), g.cast(v, 'f32')]
  return g.cast(g.attention(q32, k32, v32, heads, 1 / Math.sqrt(channels / heads)), q.type)
}

/**
 * GEGLU: W₂(h · gelu(gate)), where [h, gate] = W₁x. The two halves of W₁ are read as two matrices, which saves
 * splitting their product.
 */
function feedForward(g: GraphBuilder, x: Value, name: string, channels: number): Value {
  const inner = 4 * channels
  const half = (rows: readonly [number, number]): Value =>
    g.linear(
      x,
      g.parameter(`${name}.net.0.proj.weight`, [2 * inner, channels], { rows }),
      g.parameter(`${name}.net.0.proj.bias`, [2 * inner], { rows }),
    )
  const gated = g.mul(half([0, inner]), g.gelu(half([inner, 2 * inner])))
  return linear(g, gated, `${name}.net.2`, inner, channels)
}
