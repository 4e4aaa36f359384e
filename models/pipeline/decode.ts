import { AppError } from '../../src/base/errors.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { concatBatch } from '../../src/gpu/kernels/concat-batch.ts'
import { crop } from '../../src/gpu/kernels/crop.ts'
import { sliceBatch } from '../../src/gpu/kernels/slice-batch.ts'
import { sliceChannels } from '../../src/gpu/kernels/slice-channels.ts'
import { sameDims } from '../../src/tensor/shape.ts'
import type { Backend, Tensor } from '../../src/tensor/tensor.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { TARGETS, usualPrediction, type Modality, type Prediction } from '../checkpoint/modality.ts'
import { onlyFinite } from './sound.ts'

/** One member: the latent of all its targets, [1,T·C,h,w], its pixels per cell, and the size of its picture unpadded. */
export interface Decodable {
  readonly latent: Tensor
  readonly factor: number
  readonly content: { readonly width: number; readonly height: number }
}

export interface DecodeContext {
  readonly backend: Backend
  readonly signal: AbortSignal
}

/** What is made of the decoded pixels [B,3,H,W], which are not released. */
export type ReadPixels = (pixels: Tensor) => Tensor

const CALLED: Readonly<Record<Modality, { readonly what: string; readonly node: string }>> = {
  depth: { what: 'depth', node: 'VAE Decode' },
  normals: { what: 'surface normals', node: 'Decode Normals' },
  appearance: { what: 'albedo and material', node: 'Decode Appearance' },
  lighting: { what: 'albedo, shading and residual', node: 'Decode Lighting' },
}

/**
 * What a latent is a prediction of: as the model says that made it, or else the checkpoint that decodes it. A VAE alone
 * takes anybody's latents. Throws `node/wrong-modality` where either predicts something else; people know the checkpoint
 * as `name`.
 */
export function predictionOf(
  { config }: Checkpoint,
  name: string,
  latent: { readonly predicts?: Prediction },
  wanted: Modality,
): Prediction {
  const own = config.model?.predicts
  if (own) expectModality(name, own, wanted)
  if (latent.predicts) expectModality('The model of this latent', latent.predicts, wanted)
  return latent.predicts ?? own ?? usualPrediction(wanted)
}

function expectModality(who: string, { modality }: Prediction, wanted: Modality): void {
  if (modality === wanted) return
  const { what, node } = CALLED[modality]
  throw new AppError('node/wrong-modality', `${who} predicts ${what}, not ${CALLED[wanted].what}.`, {
    fix: `Choose a checkpoint for ${CALLED[wanted].what} in Load Checkpoint, or decode with ${node}.`,
  })
}

/**
 * Members of one size decoded at once, read, and their padding cut off: for each target of a modality one result per
 * member. The results belong to the caller. Errors: `node/unlike-members`, `node/wrong-latent`, `node/not-finite`.
 */
export async function decodeMembers(
  checkpoint: Checkpoint,
  name: string,
  modality: Modality,
  members: readonly Decodable[],
  read: ReadPixels,
  { backend, signal }: DecodeContext,
): Promise<readonly (readonly Tensor[])[]> {
  const [first, ...others] = members
  if (first === undefined) return []
  if (others.some(({ latent }) => !sameDims(latent.dims, first.latent.dims))) throw unlikeMembers()
  expectFitting(checkpoint, name, modality, first)
  const { latentChannels } = checkpoint.config
  const targets = TARGETS[modality].length
  const results: Tensor[][] = []
  const stacked = stack(backend, members)
  try {
    for (let target = 0; target < targets; target++) {
      const params = { start: target * latentChannels, count: latentChannels }
      const latents = targets === 1 ? stacked.retain() : runKernel(backend, sliceChannels, [stacked], params)
      const whole = await decoded(checkpoint, latents, read, { backend, signal })
      try {
        results.push(members.map(({ content }, i) => unpadded(backend, whole, members.length, i, content)))
      } finally {
        whole.release()
      }
    }
    return results
  } catch (error) {
    for (const tensor of results.flat()) tensor.release()
    throw error
  } finally {
    stacked.release()
  }
}

const stack = (backend: Backend, members: readonly Decodable[]): Tensor => {
  const latents = members.map(({ latent }) => latent)
  const [only] = latents
  return latents.length === 1 && only ? only.retain() : runKernel(backend, concatBatch, latents, {})
}

/** Takes the latents over. */
async function decoded(
  checkpoint: Checkpoint,
  latents: Tensor,
  read: ReadPixels,
  { backend, signal }: DecodeContext,
): Promise<Tensor> {
  try {
    const pixels = await onlyFinite(backend, await checkpoint.decode(latents, signal), 'VAE decoder')
    try {
      return read(pixels)
    } finally {
      pixels.release()
    }
  } finally {
    latents.release()
  }
}

function unpadded(backend: Backend, whole: Tensor, of: number, start: number, content: Decodable['content']): Tensor {
  const one = of === 1 ? whole.retain() : runKernel(backend, sliceBatch, [whole], { start, count: 1 })
  const [, , h, w] = one.dims
  if (h === content.height && w === content.width) return one
  try {
    return runKernel(backend, crop, [one], content)
  } finally {
    one.release()
  }
}

function expectFitting({ config }: Checkpoint, name: string, modality: Modality, { latent, factor }: Decodable): void {
  const channels = latent.dims[1] ?? 0
  const wanted = TARGETS[modality].length * config.latentChannels
  if (channels === wanted && factor === config.factor) return
  throw new AppError(
    'node/wrong-latent',
    `The latent has ${channels} channels and cells of ${factor} px; ${name} decodes ${wanted} channels and cells of ${config.factor} px.`,
    { fix: 'Encode, denoise and decode with the same checkpoint, or with a VAE of its latents.' },
  )
}

const unlikeMembers = (): AppError =>
  new AppError(
    'node/unlike-members',
    'The members of this ensemble differ in size, so they cannot be decoded at once.',
    { fix: 'Set the batch size to 1.' },
  )
