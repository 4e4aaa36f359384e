import { AppError } from '../../src/base/errors.ts'
import type { FactsBySocket } from '../../src/base/facts.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { concatBatch } from '../../src/gpu/kernels/concat-batch.ts'
import { crop } from '../../src/gpu/kernels/crop.ts'
import { sliceBatch } from '../../src/gpu/kernels/slice-batch.ts'
import { sliceChannels } from '../../src/gpu/kernels/slice-channels.ts'
import { sameDims, type Size } from '../../src/tensor/shape.ts'
import type { Backend, Tensor } from '../../src/tensor/tensor.ts'
import type { Services } from '../../src/base/service.ts'
import { Checkpoints, type Checkpoint } from '../checkpoint/checkpoint.ts'
import { isModality, TARGETS, usualPrediction, type Modality, type Prediction } from '../checkpoint/modality.ts'
import { onlySound } from './sound.ts'

/** One member: the latent of all its targets, [1,T·C,h,w], its pixels per cell, and the size of its picture unpadded. */
export interface DecodableLatent {
  readonly tensor: Tensor
  readonly factor: number
  readonly frame: { readonly content: Size }
  readonly predicts?: Prediction
}

/** What a decoder is given of a member. All members have the same checkpoint. */
export interface Decodable {
  readonly latent: DecodableLatent
  readonly checkpoint: { readonly id: string; readonly name: string }
}

export interface DecodeContext extends Services {
  readonly backend: Backend
  readonly signal: AbortSignal
}

/** What is made of the decoded pixels [B,3,H,W], which are not released, of a prediction. */
export type ReadPixels = (pixels: Tensor, predicts: Prediction) => Tensor

export interface Decoded<M extends Decodable, W extends Modality> {
  readonly member: M
  readonly predicts: Prediction
  /** By target. They belong to the caller. */
  readonly pictures: Readonly<Record<(typeof TARGETS)[W][number], Tensor>>
}

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
function predictionOf({ config }: Checkpoint, name: string, latent: DecodableLatent, wanted: Modality): Prediction {
  const own = config.model?.predicts
  if (own) expectModality(name, own.modality, wanted)
  if (latent.predicts) expectModality('The model of this latent', latent.predicts.modality, wanted)
  return latent.predicts ?? own ?? usualPrediction(wanted)
}

/** The same, by what is known of a checkpoint and of a latent before there is one. */
export function expectForeseen(inputs: FactsBySocket, wanted: Modality): void {
  for (const { name = '', predicts } of [inputs['checkpoint'] ?? {}, inputs['latent'] ?? {}]) {
    if (isModality(predicts)) expectModality(name, predicts, wanted)
  }
}

function expectModality(who: string, modality: Modality, wanted: Modality): void {
  if (modality === wanted) return
  const { what, node } = CALLED[modality]
  throw new AppError('node/wrong-modality', `${who} predicts ${what}, not ${CALLED[wanted].what}.`, {
    fix: `Choose a checkpoint for ${CALLED[wanted].what} in Load Checkpoint, or decode with ${node}.`,
  })
}

/** How many members like this one can be decoded at once, `most` at most. */
export async function decodableAtOnce(
  { latent, checkpoint }: Decodable,
  most: number,
  ctx: DecodeContext,
): Promise<number> {
  const [, , height = 1, width = 1] = latent.tensor.dims
  const opened = await ctx.use(Checkpoints).open(checkpoint.id, ctx.signal)
  return opened.atOnce('decoder', { height, width }, most, ctx.signal)
}

/**
 * Members of one size, decoded at once by their checkpoint and read, and their padding cut off. Errors:
 * `node/wrong-modality`, `node/unlike-members`, `node/wrong-latent`, `node/not-finite`, `node/all-zero`.
 */
export async function decodeMembers<M extends Decodable, W extends Modality>(
  members: readonly M[],
  wanted: W,
  read: ReadPixels,
  ctx: DecodeContext,
): Promise<readonly Decoded<M, W>[]> {
  const [first] = members
  if (first === undefined) return []
  const { id, name } = first.checkpoint
  const checkpoint = await ctx.use(Checkpoints).open(id, ctx.signal)
  const predicts = predictionOf(checkpoint, name, first.latent, wanted)
  if (members.some(({ latent }) => !sameDims(latent.tensor.dims, first.latent.tensor.dims))) throw unlikeMembers()
  expectFitting(checkpoint, name, wanted, first.latent)
  const made = await decodeTargets(checkpoint, members, TARGETS[wanted], (pixels) => read(pixels, predicts), ctx)
  return members.map((member, i) => ({ member, predicts, pictures: made[i] as Decoded<M, W>['pictures'] }))
}

/** For each member its pictures by target. */
async function decodeTargets(
  checkpoint: Checkpoint,
  members: readonly Decodable[],
  targets: readonly string[],
  read: (pixels: Tensor) => Tensor,
  ctx: DecodeContext,
): Promise<readonly Readonly<Record<string, Tensor>>[]> {
  const { backend } = ctx
  const { latentChannels: count } = checkpoint.config
  const made = members.map((): Record<string, Tensor> => ({}))
  const stacked = stack(backend, members)
  try {
    for (const [at, target] of targets.entries()) {
      const part =
        targets.length === 1
          ? stacked.retain()
          : runKernel(backend, sliceChannels, [stacked], { start: at * count, count })
      const whole = await decoded(checkpoint, part, read, ctx)
      try {
        for (const [i, { latent }] of members.entries()) {
          const one = unpadded(backend, whole, members.length, i, latent.frame.content)
          Object.assign(made[i] ?? {}, { [target]: one })
        }
      } finally {
        whole.release()
      }
    }
    return made
  } catch (error) {
    for (const tensor of made.flatMap((of) => Object.values(of))) tensor.release()
    throw error
  } finally {
    stacked.release()
  }
}

const stack = (backend: Backend, members: readonly Decodable[]): Tensor => {
  const latents = members.map(({ latent }) => latent.tensor)
  const [only] = latents
  return latents.length === 1 && only ? only.retain() : runKernel(backend, concatBatch, latents, {})
}

/** Takes the latents over. */
async function decoded(
  checkpoint: Checkpoint,
  latents: Tensor,
  read: (pixels: Tensor) => Tensor,
  { backend, signal }: DecodeContext,
): Promise<Tensor> {
  try {
    const pixels = await onlySound(backend, await checkpoint.decode(latents, signal), 'VAE decoder')
    try {
      return read(pixels)
    } finally {
      pixels.release()
    }
  } finally {
    latents.release()
  }
}

function unpadded(backend: Backend, whole: Tensor, of: number, start: number, content: Size): Tensor {
  const one = of === 1 ? whole.retain() : runKernel(backend, sliceBatch, [whole], { start, count: 1 })
  const [, , h, w] = one.dims
  if (h === content.height && w === content.width) return one
  try {
    return runKernel(backend, crop, [one], content)
  } finally {
    one.release()
  }
}

function expectFitting(
  { config }: Checkpoint,
  name: string,
  modality: Modality,
  { tensor, factor }: DecodableLatent,
): void {
  const channels = tensor.dims[1] ?? 0
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
    { fix: 'Set the batch size to 1.', remedies: [{ do: 'set', param: 'batch_size', value: 1 }] },
  )
