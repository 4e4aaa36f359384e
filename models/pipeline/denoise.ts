import { breather } from '../../src/base/pause.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { combine } from '../../src/gpu/kernels/combine.ts'
import { concatBatch } from '../../src/gpu/kernels/concat-batch.ts'
import { sliceBatch } from '../../src/gpu/kernels/slice-batch.ts'
import { count, type Backend, type Tensor } from '../../src/tensor/tensor.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { DenoisingStep } from '../schedulers/step.ts'
import { expectFinite } from './sound.ts'
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
  /** The latents [B,C,h,w] after a step that is not the last; they are the loop's. */
  shown?(latents: Tensor): void
}

/**
 * The denoising loop of Marigold's pipelines for members of one size at once: v = model(image, x_t, t), then the
 * scheduler's step. Aborts between steps. The results, one per member, belong to the caller. Errors: `node/not-finite`.
 */
export async function denoise(
  checkpoint: Checkpoint,
  steps: readonly DenoisingStep[],
  members: readonly Noisy[],
  { backend, signal, progress, warn, shown }: DenoiseContext,
): Promise<readonly Tensor[]> {
  const image = stacked(
    backend,
    members.map((member) => member.image),
  )
  let x: Tensor
  try {
    x = stacked(
      backend,
      members.map((member) => member.start),
    )
  } catch (error) {
    image.release()
    throw error
  }
  const n = count(x.dims) / members.length
  const draws = steps.filter(({ next }) => next.noise !== 0).length
  const generators = members.map(({ origin }, i) =>
    stepNoise(origin ?? { generator: 'torch-cpu', seed: 0, member: i }, n, draws),
  )
  try {
    const pause = breather(() => performance.now())
    for (const [i, { t, next }] of steps.entries()) {
      // WebAssembly computes on this thread: without a pause a cancel would be heard after the last step.
      await pause()
      signal.throwIfAborted()
      progress(i, steps.length)
      const model = await checkpoint.denoise(image, x, t, signal)
      const before = x
      const terms: { readonly tensor: Tensor; readonly weight: number }[] = [{ tensor: model, weight: next.model }]
      try {
        // A step without noise must draw none, or the generator runs ahead of the reference's.
        if (next.noise !== 0) {
          const noise = new Float32Array(n * members.length)
          generators.forEach((generator, member) => noise.set(generator.randn(n), n * member))
          terms.push({ tensor: backend.upload(noise, x.dims), weight: next.noise })
        }
        const weights = [next.x, ...terms.map(({ weight }) => weight)]
        x = runKernel(backend, combine, [before, ...terms.map(({ tensor }) => tensor)], { weights })
        before.release()
        if (i + 1 === steps.length) await checkLast(backend, model, warn)
      } finally {
        for (const { tensor } of terms) tensor.release()
      }
      progress(i + 1, steps.length)
      if (i + 1 < steps.length) shown?.(x)
    }
    return members.map((_, start) =>
      members.length === 1 ? x.retain() : runKernel(backend, sliceBatch, [x], { start, count: 1 }),
    )
  } finally {
    image.release()
    x.release()
  }
}

/** What goes wrong in a step goes on in all later ones, so the last one's prediction tells. */
async function checkLast(backend: Backend, model: Tensor, warn: DenoiseContext['warn']): Promise<void> {
  const saturated = await expectFinite(backend, model, 'U-Net')
  if (saturated === 0) return
  warn?.(
    `${saturated} of ${count(model.dims)} numbers of the U-Net stand at the limit of half precision: the result may be wrong there. Use the checkpoint’s fp32 files, or a smaller resolution.`,
  )
}

const stacked = (backend: Backend, tensors: readonly [Tensor] | readonly Tensor[]): Tensor => {
  const [only] = tensors
  return tensors.length === 1 && only ? only.retain() : runKernel(backend, concatBatch, tensors, {})
}
