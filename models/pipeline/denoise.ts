import { breather } from '../../src/base/pause.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { combine } from '../../src/gpu/kernels/combine.ts'
import { concatBatch } from '../../src/gpu/kernels/concat-batch.ts'
import { sliceBatch } from '../../src/gpu/kernels/slice-batch.ts'
import { count, type Backend, type Tensor } from '../../src/tensor/tensor.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { DenoisingStep } from '../schedulers/step.ts'
import { expectSound } from './sound.ts'
import { stepNoise, type NoiseSource } from './step-noise.ts'

/** One member: latents of the picture, [1,C,h,w], and of the T targets that are denoised, [1,T·C,h,w]. */
export interface Noisy {
  readonly image: Tensor
  readonly start: Tensor
  /** Unknown (a latent that was not drawn): as if member i had been drawn with seed 0. */
  readonly origin: NoiseSource | undefined
}

export interface DenoiseContext {
  readonly backend: Backend
  readonly signal: AbortSignal
  progress(done: number, of: number): void
  /** Something the person should know of the result. */
  warn?(message: string): void
  /** Steps that an earlier attempt has done, and each member's latents [1,T·C,h,w] after them; borrowed. */
  readonly from?: { readonly done: number; readonly latents: readonly Tensor[] } | undefined
  /** After a step that is not the last. The tensors are the callee's. */
  reached?(done: number, members: readonly Reached[]): Promise<void>
}

/** A member between two steps, both [1,T·C,h,w]: its noisy latents, and the clean ones (x̂₀) as seen from there. */
export interface Reached {
  readonly latents: Tensor
  readonly clean: Tensor
}

/**
 * The denoising loop of Marigold's pipelines for members of one size at once: v = model(image, x_t, t), then the
 * scheduler's step. Aborts between steps. The results, one per member, belong to the caller. Errors: `node/not-finite`, `node/all-zero`.
 */
export async function denoise(
  checkpoint: Checkpoint,
  steps: readonly DenoisingStep[],
  members: readonly Noisy[],
  context: DenoiseContext,
): Promise<readonly Tensor[]> {
  const { backend, signal, progress, from, reached } = context
  const image = stacked(
    backend,
    members.map((member) => member.image),
  )
  let x: Tensor
  try {
    x = stacked(backend, from?.latents ?? members.map((member) => member.start))
  } catch (error) {
    image.release()
    throw error
  }
  const done = from?.done ?? 0
  const noise = freshNoise(members, count(x.dims) / members.length, steps)
  try {
    const pause = breather(() => performance.now())
    // What was drawn before must be drawn again, so that the generators stand where they stood.
    for (const step of steps.slice(0, done)) noise(step)
    for (const [i, step] of steps.entries()) {
      if (i < done) continue
      // WebAssembly computes on this thread: without a pause a cancel would be heard after the last step.
      await pause()
      signal.throwIfAborted()
      progress(i, steps.length)
      const model = await checkpoint.denoise(image, x, step.t, signal)
      const before = x
      try {
        x = stepped(backend, step, before, model, noise(step))
        if (i + 1 === steps.length) await checkLast(backend, model, context.warn)
        progress(i + 1, steps.length)
        if (i + 1 < steps.length && reached !== undefined)
          await reached(i + 1, waypoints(backend, step, before, model, x, members.length))
      } finally {
        if (x !== before) before.release()
        model.release()
      }
    }
    return apart(backend, x, members.length)
  } finally {
    image.release()
    x.release()
  }
}

/** The noise ε of a step for all members, or undefined: a step without must draw none, or the generators run ahead. */
function freshNoise(members: readonly Noisy[], n: number, steps: readonly DenoisingStep[]) {
  const draws = steps.filter(({ next }) => next.noise !== 0).length
  const generators = members.map(({ origin }, i) =>
    stepNoise(origin ?? { generator: 'torch-cpu', seed: 0, member: i }, n, draws),
  )
  return ({ next }: DenoisingStep): Float32Array | undefined => {
    if (next.noise === 0) return undefined
    const noise = new Float32Array(n * members.length)
    generators.forEach((generator, member) => noise.set(generator.randn(n), n * member))
    return noise
  }
}

/** x_prev of a step. */
function stepped(backend: Backend, { next }: DenoisingStep, x: Tensor, model: Tensor, noise: Float32Array | undefined) {
  if (noise === undefined) return runKernel(backend, combine, [x, model], { weights: [next.x, next.model] })
  const drawn = backend.upload(noise, x.dims)
  try {
    return runKernel(backend, combine, [x, model, drawn], { weights: [next.x, next.model, next.noise] })
  } finally {
    drawn.release()
  }
}

function waypoints(
  backend: Backend,
  { x0 }: DenoisingStep,
  before: Tensor,
  model: Tensor,
  after: Tensor,
  members: number,
): readonly Reached[] {
  const predicted = runKernel(backend, combine, [before, model], { weights: [x0.x, x0.model] })
  try {
    const clean = apart(backend, predicted, members)
    try {
      const latents = apart(backend, after, members)
      return latents.map((tensor, i) => ({ latents: tensor, clean: clean[i] as Tensor }))
    } catch (error) {
      for (const tensor of clean) tensor.release()
      throw error
    }
  } finally {
    predicted.release()
  }
}

/** [B,C,h,w] as B times [1,C,h,w], the caller's. Nothing of it is left when one of them finds no memory. */
function apart(backend: Backend, x: Tensor, members: number): readonly Tensor[] {
  if (members === 1) return [x.retain()]
  const parts: Tensor[] = []
  try {
    while (parts.length < members) parts.push(runKernel(backend, sliceBatch, [x], { start: parts.length, count: 1 }))
    return parts
  } catch (error) {
    for (const tensor of parts) tensor.release()
    throw error
  }
}

/** What goes wrong in a step goes on in all later ones, so the last one's prediction tells. */
async function checkLast(backend: Backend, model: Tensor, warn: DenoiseContext['warn']): Promise<void> {
  const saturated = await expectSound(backend, model, 'U-Net')
  if (saturated === 0) return
  warn?.(
    `${saturated} of ${count(model.dims)} numbers of the U-Net stand at the limit of half precision: the result may be wrong there. Use the checkpoint’s fp32 files, or a smaller resolution.`,
  )
}

const stacked = (backend: Backend, tensors: readonly [Tensor] | readonly Tensor[]): Tensor => {
  const [only] = tensors
  return tensors.length === 1 && only ? only.retain() : runKernel(backend, concatBatch, tensors, {})
}
