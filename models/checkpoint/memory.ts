import { footprint, type Footprint } from '../../src/onnx/footprint.ts'
import type { BuiltGraph } from '../../src/onnx/graph.ts'
import type { Held } from '../../src/onnx/runtime.ts'
import type { CheckpointFiles } from '../../src/weights/files.ts'
import { openWeights, type WeightSet } from '../../src/weights/tensors.ts'
import { klDecoderGraph, klEncoderGraph } from '../architectures/autoencoder-kl.ts'
import { tinyDecoderGraph, tinyEncoderGraph } from '../architectures/autoencoder-tiny.ts'
import { stripPlan, type LatentSize } from '../architectures/strip-plan.ts'
import { unetGraph } from '../architectures/unet-2d-condition.ts'
import { unetUnfolds } from '../architectures/unfold-plan.ts'
import type { Part } from './checkpoint.ts'
import type { CheckpointFolder } from './folder.ts'
import { precisionFor } from './precision.ts'
import { tensorLimit } from './vae-half.ts'

/** What a forecast must know of where it will run. */
export interface MemoryDevice {
  readonly target: 'wasm' | 'webgpu'
  /** Whether weights that are stored in half precision stay so. */
  readonly half: boolean
  /** Bytes that a tensor may have at most: see `tensorLimit`. */
  readonly tensor: number
  /** Bytes that models may take together; Infinity where nobody says. */
  readonly memory: number
}

export const memoryDevice = (runtime: Held): MemoryDevice => ({
  target: runtime.backend.kind === 'webgpu' ? 'webgpu' : 'wasm',
  half: runtime.half,
  tensor: tensorLimit(runtime),
  memory: runtime.capacity.memory,
})

/**
 * Whether a checkpoint's U-Net would take half as much where this one's runs, had it the files in half precision: they are
 * not there, and what is there is kept as it is.
 */
export async function lacksHalf(
  folder: CheckpointFolder,
  files: CheckpointFiles,
  device: Pick<MemoryDevice, 'half'>,
  signal: AbortSignal,
): Promise<boolean> {
  if (!device.half || folder.config.model === null) return false
  const weights = await openWeights(files, 'unet', { prefer: 'fp16', signal })
  return precisionFor(device, weights).weights === undefined
}

/** Bytes. Weights stay; the memory of activations is used again by the next part. */
export interface PartMemory {
  readonly weights: number
  readonly activations: number
  /** Of the activations. */
  readonly largest: number
  /** False where the runtime cannot compute it in any memory: see footprint.ts. */
  readonly countable: boolean
}

/**
 * What one part of a checkpoint will take for latents of a size, worked out from its configs and the headers of its weights
 * alone: the graph is built as for running, and its tensors allocated on paper (src/onnx/footprint.ts). The U-Net of an
 * autoencoder alone takes nothing.
 */
export async function forecastPart(
  folder: CheckpointFolder,
  files: CheckpointFiles,
  part: Part,
  device: MemoryDevice,
  size: LatentSize,
  signal: AbortSignal,
): Promise<PartMemory> {
  if (part === 'unet') return unet(folder, files, device, size, signal)
  const { batch, height, width } = size
  const weights = await openWeights(files, 'vae', { prefer: device.half ? 'fp16' : 'full', signal })
  const cell = folder.config.factor
  const inputs =
    part === 'encoder'
      ? { image: [batch, folder.vae.inChannels, height * cell, width * cell] }
      : { latent: [batch, folder.vae.latentChannels, height, width] }
  return memory(footprint(vaeGraph(folder, part, weights, device, size), inputs, device.target))
}

const memory = ({ weights, peak, largest, countable }: Footprint): PartMemory => ({
  weights,
  activations: peak,
  largest,
  countable,
})

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
  files: CheckpointFiles,
  device: MemoryDevice,
  { batch, height, width }: LatentSize,
  signal: AbortSignal,
): Promise<PartMemory> {
  if (folder.config.model === null) return { weights: 0, activations: 0, largest: 0, countable: true }
  const weights = await openWeights(files, 'unet', { prefer: device.half ? 'fp16' : 'full', signal })
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
    unfold: unetUnfolds(folder.unet, { batch, height, width }, device),
    ...precisionFor(device, weights),
  })
  const dims = {
    image_latent: [batch, inChannels - outChannels, height, width],
    noisy_latent: [batch, outChannels, height, width],
  }
  return memory(footprint(built, dims, device.target))
}
