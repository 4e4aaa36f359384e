import { GraphBuilder } from '../../src/onnx/builder.ts'
import type { BuiltGraph, GraphTarget, ParameterShapes, Value } from '../../src/onnx/graph.ts'
import { conv2d, groupNorm, linear } from './layers.ts'
import { foldPrompt, type FoldedPrompt } from './prompt-fold.ts'
import { resnetBlock, type TimeEmbedding } from './resnet-block.ts'
import { transformer2d, type Prompt } from './transformer-2d.ts'
import type { UnetConfig } from './unet-config.ts'
import { unfoldTiles } from './unfold-plan.ts'

export interface UnetOptions extends GraphTarget {
  /** Embedding of the constant prompt, [tokens, cross_attention_dim]. */
  readonly text: Float32Array
  /** Cross-attentions folded by `foldCrossAttentions`; left out, they are computed from `text` in every call. */
  readonly folded?: ReadonlyMap<string, FoldedPrompt>
}

/**
 * diffusers' UNet2DConditionModel for the SD2 family as an ONNX graph; B, h and w are dynamic.
 *
 * Inputs (float32): `image_latent` [B,in−out,h,w] and `noisy_latent` [B,out,h,w], concatenated in this order as Marigold
 * does; `time` [1,channels₀], see timestepEmbedding. Output: `prediction` [B,out,h,w].
 *
 * Sizes need not be multiples of 2^(blocks − 1): upsampling goes to the size of the skip (unet_2d_condition.py,
 * `forward_upsample_size`).
 */
export function unetGraph(config: UnetConfig, shapes: ParameterShapes, options: UnetOptions): BuiltGraph {
  const g = new GraphBuilder('unet', shapes, options)
  const { channels, inChannels, outChannels, groups, epsilon } = config
  const image = g.input('image_latent', 'f32', ['batch', inChannels - outChannels, 'height', 'width'])
  const noisy = g.input('noisy_latent', 'f32', ['batch', outChannels, 'height', 'width'])
  const unet = new Unet(g, config, timeEmbedding(g, config), prompt(g, config, options))
  const sample = g.cast(g.concat([image, noisy], 1), g.compute)
  const width = channels[0] ?? 0
  const x = conv2d(g, sample, 'conv_in', { in: inChannels, out: width, kernel: 3, padding: 1 })
  const decoded = unet.up(unet.middle(unet.down(x)))
  const normal = g.silu(groupNorm(g, decoded, 'conv_norm_out', { channels: width, groups, epsilon }))
  const prediction = conv2d(g, normal, 'conv_out', { in: width, out: outChannels, kernel: 3, padding: 1 })
  g.output('prediction', g.cast(prediction, 'f32'), ['batch', outChannels, 'height', 'width'])
  return g.finish()
}

/** SiLU(Linear(SiLU(Linear(time)))): every residual block begins with this SiLU, so it is taken once. */
function timeEmbedding(g: GraphBuilder, config: UnetConfig): TimeEmbedding {
  const width = config.channels[0] ?? 0
  const channels = 4 * width
  const time = g.cast(g.input('time', 'f32', [1, width]), g.compute)
  const hidden = g.silu(linear(g, time, 'time_embedding.linear_1', width, channels))
  return { value: g.silu(linear(g, hidden, 'time_embedding.linear_2', channels, channels)), channels }
}

function prompt(g: GraphBuilder, config: UnetConfig, options: UnetOptions): Prompt {
  const dim = config.crossAttentionDim
  const embedding = g.constant(options.text, [1, options.text.length / dim, dim])
  return { embedding, dim, ...(options.folded && { folded: options.folded }) }
}

class Unet {
  /** Outputs of the down path, popped by the up path; with their channels. */
  readonly #skips: { readonly value: Value; readonly channels: number }[] = []

  constructor(
    readonly g: GraphBuilder,
    readonly config: UnetConfig,
    readonly time: TimeEmbedding,
    readonly prompt: Prompt,
  ) {}

  down(input: Value): Value {
    const { channels, layers, downAttention } = this.config
    let x = input
    let width = channels[0] ?? 0
    this.#skips.push({ value: x, channels: width })
    channels.forEach((out, block) => {
      const name = `down_blocks.${block}`
      for (let layer = 0; layer < at(layers, block); layer++) {
        x = this.#resnet(x, `${name}.resnets.${layer}`, width, out, block)
        if (downAttention[block]) x = this.#transformer(x, `${name}.attentions.${layer}`, block)
        width = out
        this.#skips.push({ value: x, channels: width })
      }
      if (block === channels.length - 1) return
      const shape = { in: out, out, kernel: 3, stride: 2, padding: 1 }
      x = conv2d(this.g, x, `${name}.downsamplers.0.conv`, shape)
      this.#skips.push({ value: x, channels: width })
    })
    return x
  }

  middle(input: Value): Value {
    const last = this.config.channels.length - 1
    const width = at(this.config.channels, last)
    const first = this.#resnet(input, 'mid_block.resnets.0', width, width, last)
    let x = first
    x = this.#transformer(x, 'mid_block.attentions.0', last)
    return this.#resnet(x, 'mid_block.resnets.1', width, width, last)
  }

  up(input: Value): Value {
    const { channels, layers, upAttention } = this.config
    const last = channels.length - 1
    let x = input
    let width = at(channels, last)
    for (let block = 0; block <= last; block++) {
      const name = `up_blocks.${block}`
      const level = last - block
      const out = at(channels, level)
      for (let layer = 0; layer <= at(layers, level); layer++) {
        const skip = this.#skips.pop()
        if (!skip) throw new Error('The up path takes as many skips as the down path leaves.')
        const joined = this.g.concat([x, skip.value], 1)
        x = this.#resnet(joined, `${name}.resnets.${layer}`, width + skip.channels, out, level)
        if (upAttention[block]) x = this.#transformer(x, `${name}.attentions.${layer}`, level)
        width = out
      }
      const next = this.#skips.at(-1)
      if (next) x = this.#upsample(x, `${name}.upsamplers.0.conv`, out, next.value, unfoldTiles(level - 1))
    }
    return x
  }

  #upsample(x: Value, name: string, channels: number, like: Value, tiles: number): Value {
    const larger = this.g.resizeNearestTo(x, like)
    return conv2d(this.g, larger, name, { in: channels, out: channels, kernel: 3, padding: 1, tiles })
  }

  #resnet(x: Value, name: string, from: number, out: number, level: number): Value {
    const { groups, epsilon } = this.config
    const shape = { in: from, out, groups, epsilon, tiles: unfoldTiles(level) }
    const [whole = x] = resnetBlock(this.g, [x], name, shape, this.time)
    return whole
  }

  #transformer(x: Value, name: string, level: number): Value {
    const { channels, heads, transformerLayers, groups, linearProjection } = this.config
    const shape = { channels: at(channels, level), heads: at(heads, level), layers: at(transformerLayers, level) }
    return transformer2d(this.g, x, name, { ...shape, groups, linearProjection }, this.prompt)
  }
}

export interface ParameterValues {
  readonly names: readonly string[]
  f32(name: string): Promise<Float32Array>
}

/** The cross-attentions of the U-Net by parameter prefix, with their heads. */
export function crossAttentions(
  config: UnetConfig,
  names: readonly string[],
): readonly { readonly prefix: string; readonly heads: number }[] {
  const suffix = '.to_q.weight'
  return names
    .filter((name) => name.endsWith(`.attn2${suffix}`))
    .map((name) => name.slice(0, -suffix.length))
    .map((prefix) => ({ prefix, heads: at(config.heads, levelOf(prefix, config.channels.length)) }))
}

/** Folds every cross-attention of the U-Net for a constant prompt of two tokens, `text` [2, cross_attention_dim]. */
export async function foldCrossAttentions(
  config: UnetConfig,
  weights: ParameterValues,
  text: Float32Array,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, FoldedPrompt>> {
  const folded = new Map<string, FoldedPrompt>()
  for (const { prefix, heads } of crossAttentions(config, weights.names)) {
    signal?.throwIfAborted()
    const [query, key, value, out, outBias] = await Promise.all([
      weights.f32(`${prefix}.to_q.weight`),
      weights.f32(`${prefix}.to_k.weight`),
      weights.f32(`${prefix}.to_v.weight`),
      weights.f32(`${prefix}.to_out.0.weight`),
      weights.f32(`${prefix}.to_out.0.bias`),
    ])
    folded.set(prefix, foldPrompt({ query, key, value, out, outBias }, text, outBias.length, heads))
  }
  return folded
}

/** The down block whose width and heads a block shares: up blocks mirror them, the middle is the last. */
function levelOf(prefix: string, blocks: number): number {
  const [kind, index] = prefix.split('.')
  if (kind === 'down_blocks') return Number(index)
  return kind === 'up_blocks' ? blocks - 1 - Number(index) : blocks - 1
}

const at = (list: readonly number[], index: number): number => list[index] ?? 0
