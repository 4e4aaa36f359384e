import { footprint, type Footprint } from '../../src/onnx/footprint.ts'
import type { BuiltGraph } from '../../src/onnx/graph.ts'
import { openWeights, type WeightSet } from '../../src/weights/tensors.ts'
import { klDecoderGraph, klEncoderGraph } from '../architectures/autoencoder-kl.ts'
import { tinyDecoderGraph, tinyEncoderGraph } from '../architectures/autoencoder-tiny.ts'
import { stripPlan, type LatentSize } from '../architectures/strip-plan.ts'
import { unetGraph } from '../architectures/unet-2d-condition.ts'
import type { CheckpointFolder } from './folder.ts'
import { precisionFor } from './precision.ts'

/** What a forecast must know of where it will run. */
export interface MemoryDevice {
  readonly target: 'wasm' | 'webgpu'
  /** Whether weights that are stored in half precision stay so. */
  readonly half: boolean
  /** Bytes of the largest tensor of the VAE: see `tensorLimit`. */
  readonly tensor: number
}

/**
 * Whether a checkpoint's U-Net would take half as much where this one's runs, had it the files in half precision: they are
 * not there, and what is there is kept as it is.
 */
export async function lacksHalf(
  folder: CheckpointFolder,
  device: Pick<MemoryDevice, 'half'>,
  signal: AbortSignal,
): Promise<boolean> {
  if (!device.half || folder.config.model === null) return false
  const weights = await openWeights(folder.files, 'unet', { prefer: 'fp16', signal })
  return precisionFor(device, weights).weights === undefined
}

type Part = 'encoder' | 'unet' | 'decoder'

export interface PartMemory {
  readonly weights: number
  readonly activations: number
  /** Of the activations. */
  readonly largest: number
}

/** Bytes. Weights stay; the activations of one part are used again by the next. */
export interface MemoryForecast {
  readonly parts: Readonly<Record<Part, PartMemory>>
  readonly total: number
}

const NONE: PartMemory = { weights: 0, activations: 0, largest: 0 }

/**
 * What a checkpoint will take for latents of a size, worked out from its configs and the headers of its weights alone:
 * the graphs are built as for running, and their tensors allocated on paper (src/onnx/footprint.ts). All weights, and the
 * activations of the part that needs most: `total = Σ weights + max activations`.
 */
export async function forecastMemory(
  folder: CheckpointFolder,
  device: MemoryDevice,
  size: LatentSize,
  signal: AbortSignal,
): Promise<MemoryForecast> {
  const { batch, height, width } = size
  const prefer = device.half ? 'fp16' : 'full'
  const vae = await openWeights(folder.files, 'vae', { prefer, signal })
  const [channels, cell] = [folder.vae.latentChannels, folder.config.factor]
  const image = [batch, folder.vae.inChannels, height * cell, width * cell]
  const latent = [batch, channels, height, width]
  const parts = {
    encoder: memory(footprint(vaeGraph(folder, 'encoder', vae, device, size), { image }, device.target)),
    unet: folder.config.model === null ? NONE : await unet(folder, device, size, signal),
    decoder: memory(footprint(vaeGraph(folder, 'decoder', vae, device, size), { latent }, device.target)),
  }
  const all = Object.values(parts)
  const total =
    all.reduce((sum, { weights }) => sum + weights, 0) + Math.max(...all.map(({ activations }) => activations))
  return { parts, total }
}

const memory = ({ weights, peak, largest }: Footprint): PartMemory => ({ weights, activations: peak, largest })

function vaeGraph(
  { vae }: CheckpointFolder,
  part: 'encoder' | 'decoder',
  weights: WeightSet,
  device: MemoryDevice,
  size: LatentSize,
): BuiltGraph {
  const options = { target: device.target, ...precisionFor(device, weights) }
  if (vae.kind === 'tiny') return (part === 'encoder' ? tinyEncoderGraph : tinyDecoderGraph)(vae, weights, options)
  const strips = stripPlan(vae, part, size, device.tensor)
  return (part === 'encoder' ? klEncoderGraph : klDecoderGraph)(vae, weights, { ...options, ...(strips && { strips }) })
}

async function unet(
  folder: CheckpointFolder,
  device: MemoryDevice,
  { batch, height, width }: LatentSize,
  signal: AbortSignal,
): Promise<PartMemory> {
  const weights = await openWeights(folder.files, 'unet', { prefer: device.half ? 'fp16' : 'full', signal })
  const { crossAttentionDim, inChannels, outChannels } = folder.unet
  // Of the prompt and of what is folded only the shapes matter.
  const empty = new Float32Array()
  const suffix = '.attn2.to_q.weight'
  const folded = new Map(
    weights.names
      .filter((name) => name.endsWith(suffix))
      .map((name) => [name.slice(0, -'.to_q.weight'.length), { direction: empty, difference: empty, base: empty }]),
  )
  const text = new Float32Array(2 * crossAttentionDim)
  const built = unetGraph(folder.unet, weights, {
    text,
    folded,
    target: device.target,
    ...precisionFor(device, weights),
  })
  const dims = {
    image_latent: [batch, inChannels - outChannels, height, width],
    noisy_latent: [batch, outChannels, height, width],
  }
  return memory(footprint(built, dims, device.target))
}
