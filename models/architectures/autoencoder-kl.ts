import { GraphBuilder } from '../../src/onnx/builder.ts'
import type { BuiltGraph, GraphTarget, ParameterShapes, Value } from '../../src/onnx/graph.ts'
import { vaeFactor, type AutoencoderKlConfig } from './autoencoder-config.ts'
import { conv2d, groupNorm, linear, toPixels, toTokens } from './layers.ts'
import { pixelAttention } from './pixel-attention.ts'
import { resnetBlock } from './resnet-block.ts'
import type { StripPlan } from './strip-plan.ts'
import { cut, join, stripConv, stripDouble, stripGroupNorm, type Strips } from './strips.ts'

const epsilon = 1e-6

export interface VaeTarget extends GraphTarget {
  /** Left out, nothing is cut. It changes no result. */
  readonly strips?: StripPlan
}

const WHOLE: StripPlan = { count: 1, levels: 0 }

/**
 * diffusers' AutoencoderKL, encoder half. Input `image` [B,3,H,W] in −1..1, sides multiples of the factor; output
 * `latent` [B,C,h,w]: the mode of the posterior (the first C channels of quant_conv) × scaling_factor.
 */
export function klEncoderGraph(config: AutoencoderKlConfig, shapes: ParameterShapes, target: VaeTarget): BuiltGraph {
  const g = new GraphBuilder('vae encoder', shapes, target)
  const { channels, layers, groups, latentChannels } = config
  const image = g.cast(g.input('image', 'f32', ['batch', config.inChannels, 'image_height', 'image_width']), g.compute)
  let width = channels[0] ?? 0
  const { count, levels } = target.strips ?? WHOLE
  const strips = cut(g, image, count, vaeFactor(config))
  let x = stripConv(g, strips, 'encoder.conv_in', { in: config.inChannels, out: width, kernel: 3, padding: 1 })
  channels.forEach((out, block) => {
    const name = `encoder.down_blocks.${block}`
    for (let layer = 0; layer < layers; layer++) {
      x = resnetBlock(g, x, `${name}.resnets.${layer}`, { in: width, out, groups, epsilon })
      width = out
    }
    if (block === channels.length - 1) return
    // Zeros on the right and below only, as diffusers pads for the VAE.
    const shape = { in: out, out, kernel: 3, stride: 2, padding: [0, 0, 1, 1] } as const
    x = stripConv(g, x, `${name}.downsamplers.0.conv`, shape)
    if (block + 1 === levels) x = [join(g, x)]
  })
  const mid = middle(g, join(g, x), 'encoder.mid_block', config)
  const normal = g.silu(groupNorm(g, mid, 'encoder.conv_norm_out', { channels: width, groups, epsilon }))
  const moments = 2 * latentChannels
  let posterior = conv2d(g, normal, 'encoder.conv_out', { in: width, out: moments, kernel: 3, padding: 1 })
  if (config.quantConv) posterior = meanOnly(g, posterior, latentChannels)
  else posterior = g.slice(posterior, 0, latentChannels, 1)
  const scaled = g.mul(g.cast(posterior, 'f32'), g.scalar(config.scalingFactor, 'f32'))
  g.output('latent', scaled, ['batch', latentChannels, 'height', 'width'])
  return g.finish()
}

/** The rows of quant_conv that make the mean; the log-variance is not needed. */
function meanOnly(g: GraphBuilder, moments: Value, channels: number): Value {
  const rows = [0, channels] as const
  const weight = g.parameter('quant_conv.weight', [2 * channels, 2 * channels, 1, 1], { rows })
  return g.conv(moments, weight, g.parameter('quant_conv.bias', [2 * channels], { rows }))
}

/**
 * The decoder half. Input `latent` [B,C,h,w], still × scaling_factor; output `image` [B,3,H,W], about −1..1, not clipped.
 */
export function klDecoderGraph(config: AutoencoderKlConfig, shapes: ParameterShapes, target: VaeTarget): BuiltGraph {
  const g = new GraphBuilder('vae decoder', shapes, target)
  const { channels, layers, groups, latentChannels } = config
  const latent = g.input('latent', 'f32', ['batch', latentChannels, 'height', 'width'])
  let x = g.cast(g.div(latent, g.scalar(config.scalingFactor, 'f32')), g.compute)
  if (config.postQuantConv) {
    x = conv2d(g, x, 'post_quant_conv', { in: latentChannels, out: latentChannels, kernel: 1 })
  }
  const reversed = [...channels].reverse()
  let width = reversed[0] ?? 0
  x = conv2d(g, x, 'decoder.conv_in', { in: latentChannels, out: width, kernel: 3, padding: 1 })
  const { count, levels } = target.strips ?? WHOLE
  let strips: Strips = [middle(g, x, 'decoder.mid_block', config)]
  reversed.forEach((out, block) => {
    const name = `decoder.up_blocks.${block}`
    for (let layer = 0; layer <= layers; layer++) {
      strips = resnetBlock(g, strips, `${name}.resnets.${layer}`, { in: width, out, groups, epsilon })
      width = out
    }
    if (block === reversed.length - 1) return
    if (block + 1 === reversed.length - levels) strips = cut(g, join(g, strips), count, 2 ** block)
    strips = stripDouble(g, strips, (rows) => upsample(g, rows, `${name}.upsamplers.0.conv`, out))
  })
  const normal = stripGroupNorm(g, strips, 'decoder.conv_norm_out', { channels: width, groups, epsilon })
  const last = { in: width, out: config.outChannels, kernel: 3, padding: 1 }
  const image = join(
    g,
    stripConv(g, strips, 'decoder.conv_out', last, (rows) => g.silu(normal(rows))),
  )
  g.output('image', g.cast(image, 'f32'), ['batch', config.outChannels, 'image_height', 'image_width'])
  return g.finish()
}

/** Nearest-neighbour ×2, then a 3×3 convolution. On the processor, products are what costs time: convDoubled has fewer. */
function upsample(g: GraphBuilder, x: Value, name: string, channels: number): Value {
  if (g.target === 'webgpu') {
    return conv2d(g, g.upsampleNearest(x), name, { in: channels, out: channels, kernel: 3, padding: 1 })
  }
  const weight = g.parameter(`${name}.weight`, [channels, channels, 3, 3])
  return g.convDoubled(x, weight, g.parameter(`${name}.bias`, [channels]))
}

/** Residual block, attention over all pixels with one head, residual block. */
function middle(g: GraphBuilder, input: Value, name: string, config: AutoencoderKlConfig): Value {
  const width = config.channels.at(-1) ?? 0
  const shape = { in: width, out: width, groups: config.groups, epsilon }
  let x = join(g, resnetBlock(g, [input], `${name}.resnets.0`, shape))
  if (config.midAttention) x = attention(g, x, `${name}.attentions.0`, width, config.groups)
  return join(g, resnetBlock(g, [x], `${name}.resnets.1`, shape))
}

/** Files from before diffusers 0.18, among them Stable Diffusion's own, call the projections otherwise. */
const oldNames: Readonly<Record<string, string>> = {
  to_q: 'query',
  to_k: 'key',
  to_v: 'value',
  'to_out.0': 'proj_attn',
}

function attention(g: GraphBuilder, x: Value, name: string, channels: number, groups: number): Value {
  const project = (tokens: Value, part: string): Value => {
    const known = g.has(`${name}.${part}.weight`) ? part : (oldNames[part] ?? part)
    return linear(g, tokens, `${name}.${known}`, channels, channels)
  }
  const tokens = toTokens(g, groupNorm(g, x, `${name}.group_norm`, { channels, groups, epsilon }), channels)
  const [q, k, v] = ['to_q', 'to_k', 'to_v'].map((part) => g.cast(project(tokens, part), 'f32'))
  const mixed = pixelAttention(g, q ?? tokens, k ?? tokens, v ?? tokens, channels)
  return g.add(toPixels(g, project(g.cast(mixed, x.type), 'to_out.0'), x), x)
}
