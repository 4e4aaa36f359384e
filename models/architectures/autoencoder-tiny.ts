import { GraphBuilder } from '../../src/onnx/builder.ts'
import type { BuiltGraph, GraphTarget, ParameterShapes, Value } from '../../src/onnx/graph.ts'
import type { AutoencoderTinyConfig } from './autoencoder-config.ts'
import { conv2d } from './layers.ts'

/**
 * diffusers' AutoencoderTiny (TAESD), encoder half. Input `image` [B,3,H,W] in −1..1; output `latent` [B,C,h,w] ×
 * scaling_factor. Layers are numbered as in torch's Sequential, activations and resizes included.
 */
export function tinyEncoderGraph(
  config: AutoencoderTinyConfig,
  shapes: ParameterShapes,
  target: GraphTarget,
): BuiltGraph {
  const g = new GraphBuilder('vae encoder', shapes, target)
  const { channels, inChannels, latentChannels } = config
  const image = g.input('image', 'f32', ['batch', inChannels, 'image_height', 'image_width'])
  // From −1..1 to 0..1.
  const half = g.scalar(0.5, 'f32')
  let x = g.cast(g.add(g.mul(image, half), half), g.compute)
  const layers = numbered('encoder.layers')
  config.encoderBlocks.forEach((blocks, level) => {
    const inputs = level === 0 ? inChannels : channels
    const shape = { in: inputs, out: channels, kernel: 3, padding: 1 }
    x = conv2d(g, x, layers.next(), level === 0 ? shape : { ...shape, stride: 2, bias: false })
    for (let i = 0; i < blocks; i++) x = residualBlock(g, x, layers.next(), channels)
  })
  x = conv2d(g, x, layers.next(), { in: channels, out: latentChannels, kernel: 3, padding: 1 })
  const scaled = g.mul(g.cast(x, 'f32'), g.scalar(config.scalingFactor, 'f32'))
  g.output('latent', scaled, ['batch', latentChannels, 'height', 'width'])
  return g.finish()
}

/** The decoder half. Input `latent` [B,C,h,w], still × scaling_factor; output `image` [B,3,H,W], about −1..1. */
export function tinyDecoderGraph(
  config: AutoencoderTinyConfig,
  shapes: ParameterShapes,
  target: GraphTarget,
): BuiltGraph {
  const g = new GraphBuilder('vae decoder', shapes, target)
  const { channels, outChannels, latentChannels } = config
  const latent = g.input('latent', 'f32', ['batch', latentChannels, 'height', 'width'])
  const bound = 3
  const softly = g.tanh(g.mul(latent, g.scalar(1 / (bound * config.scalingFactor), 'f32')))
  let x = g.cast(g.mul(softly, g.scalar(bound, 'f32')), g.compute)
  const layers = numbered('decoder.layers')
  x = g.relu(conv2d(g, x, layers.next(), { in: latentChannels, out: channels, kernel: 3, padding: 1 }))
  layers.next()
  config.decoderBlocks.forEach((blocks, level) => {
    const last = level === config.decoderBlocks.length - 1
    for (let i = 0; i < blocks; i++) x = residualBlock(g, x, layers.next(), channels)
    if (!last) {
      x = g.upsampleNearest(x)
      layers.next()
    }
    x = conv2d(g, x, layers.next(), {
      in: channels,
      out: last ? outChannels : channels,
      kernel: 3,
      padding: 1,
      bias: last,
    })
  })
  const doubled = g.mul(g.cast(x, 'f32'), g.scalar(2, 'f32'))
  const image = g.sub(doubled, g.scalar(1, 'f32'))
  g.output('image', image, ['batch', outChannels, 'image_height', 'image_width'])
  return g.finish()
}

/** diffusers' AutoencoderTinyBlock: three convolutions with ReLU, + x, ReLU. */
function residualBlock(g: GraphBuilder, x: Value, name: string, channels: number): Value {
  const shape = { in: channels, out: channels, kernel: 3, padding: 1 }
  const first = g.relu(conv2d(g, x, `${name}.conv.0`, shape))
  const second = g.relu(conv2d(g, first, `${name}.conv.2`, shape))
  return g.relu(g.add(conv2d(g, second, `${name}.conv.4`, shape), x))
}

/** `prefix.0`, `prefix.1`, ... */
function numbered(prefix: string): { next(): string } {
  let index = 0
  return { next: () => `${prefix}.${index++}` }
}
