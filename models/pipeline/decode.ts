import { AppError } from '../../src/base/errors.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { concatBatch } from '../../src/gpu/kernels/concat-batch.ts'
import { crop } from '../../src/gpu/kernels/crop.ts'
import { sliceBatch } from '../../src/gpu/kernels/slice-batch.ts'
import { sameDims } from '../../src/tensor/shape.ts'
import type { Backend, Tensor } from '../../src/tensor/tensor.ts'
import type { Checkpoint, Modality } from '../checkpoint/checkpoint.ts'

/** One member: a latent [1,C,h,w], with the pixels per cell it was made with, and the size of its picture unpadded. */
export interface Decodable {
  readonly latent: Tensor
  readonly factor: number
  readonly content: { readonly width: number; readonly height: number }
}

export interface DecodeContext {
  readonly backend: Backend
  readonly signal: AbortSignal
}

/** What a decoder makes of the decoded pixels [B,3,H,W], one result per member. They are not released. */
export type ReadPixels = (pixels: Tensor) => Tensor

const CALLED: Readonly<Record<Modality, { readonly what: string; readonly node: string }>> = {
  depth: { what: 'depth', node: 'VAE Decode' },
  normals: { what: 'surface normals', node: 'Decode Normals' },
}

/** Throws `node/wrong-modality` where `checkpoint`, which people know as `name`, predicts something else. */
export function expectModality({ config }: Checkpoint, name: string, wanted: Modality): void {
  if (config.modality === wanted) return
  const { what, node } = CALLED[config.modality]
  throw new AppError('node/wrong-modality', `${name} predicts ${what}, not ${CALLED[wanted].what}.`, {
    fix: `Choose a checkpoint for ${CALLED[wanted].what} in Load Checkpoint, or decode with ${node}.`,
  })
}

/**
 * Members of one size decoded at once, read, and their padding cut off. The results belong to the caller. Errors:
 * `node/unlike-members`, `node/wrong-latent`.
 */
export async function decodeMembers(
  checkpoint: Checkpoint,
  name: string,
  members: readonly Decodable[],
  read: ReadPixels,
  { backend, signal }: DecodeContext,
): Promise<readonly Tensor[]> {
  const [first, ...others] = members
  if (first === undefined) return []
  if (others.some(({ latent }) => !sameDims(latent.dims, first.latent.dims))) throw unlikeMembers()
  expectFitting(checkpoint, name, first)
  const owned: Tensor[] = []
  const own = (tensor: Tensor): Tensor => {
    owned.push(tensor)
    return tensor
  }
  try {
    const latents = members.map(({ latent }) => latent)
    const stacked = members.length === 1 ? first.latent : own(runKernel(backend, concatBatch, latents, {}))
    const whole = own(read(own(await checkpoint.decode(stacked, signal))))
    return members.map(({ content: { width, height } }, start) => {
      const one = own(
        members.length === 1 ? whole.retain() : runKernel(backend, sliceBatch, [whole], { start, count: 1 }),
      )
      const [, , h, w] = one.dims
      return h === height && w === width ? one.retain() : runKernel(backend, crop, [one], { width, height })
    })
  } finally {
    for (const tensor of owned) tensor.release()
  }
}

function expectFitting({ config }: Checkpoint, name: string, { latent, factor }: Decodable): void {
  const channels = latent.dims[1] ?? 0
  if (channels === config.latentChannels && factor === config.factor) return
  throw new AppError(
    'node/wrong-latent',
    `The latent has ${channels} channels and cells of ${factor} px; ${name} decodes ${config.latentChannels} channels and cells of ${config.factor} px.`,
    { fix: 'Encode and decode with the same checkpoint.' },
  )
}

const unlikeMembers = (): AppError =>
  new AppError(
    'node/unlike-members',
    'The members of this ensemble differ in size, so they cannot be decoded at once.',
    { fix: 'Set the batch size to 1.' },
  )
