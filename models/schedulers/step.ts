import { AppError } from '../../src/base/errors.ts'
import type { SchedulerConfig } from './config.ts'

/** x · latent + model · output of the model. */
export interface Mix {
  readonly x: number
  readonly model: number
}

/**
 * One denoising step as coefficients, since without clipping it is linear: with x_t the noisy latent, m the output of
 * the model at timestep t and ε fresh standard normal noise,
 *
 *     x̂₀ = x0.x · x_t + x0.model · m          the clean latent as seen from here, for previews
 *     x_prev = next.x · x_t + next.model · m + next.noise · ε
 *
 * `next.noise` is 0 where the step draws no noise: then none may be drawn, or the generator runs ahead of the
 * reference's.
 */
export interface DenoisingStep {
  readonly t: number
  readonly x0: Mix
  readonly next: Mix & { readonly noise: number }
}

export const mix = (a: number, p: Mix, b: number, q: Mix): Mix => ({
  x: a * p.x + b * q.x,
  model: a * p.model + b * q.model,
})

/**
 * x̂₀ and ε̂ from what the model predicts, where ᾱ is that of the timestep. In Marigold's v-prediction
 * x̂₀ = √ᾱ x − √(1−ᾱ) v and ε̂ = √ᾱ v + √(1−ᾱ) x (Salimans & Ho 2022; diffusers `DDIMScheduler.step`, formula 12).
 *
 * @throws AppError `checkpoint/unsupported` for epsilon prediction at ᾱ = 0, where x holds nothing of x₀
 */
export function predictions(kind: SchedulerConfig['predictionType'], alpha: number): { x0: Mix; epsilon: Mix } {
  const [signal, noise] = [Math.sqrt(alpha), Math.sqrt(1 - alpha)]
  switch (kind) {
    case 'v_prediction':
      return { x0: { x: signal, model: -noise }, epsilon: { x: noise, model: signal } }
    case 'epsilon':
      if (signal === 0) {
        throw new AppError('checkpoint/unsupported', 'Epsilon prediction cannot start from zero terminal SNR.', {
          fix: 'Switch zero SNR off, or use a spacing that does not begin at the last timestep.',
        })
      }
      return { x0: { x: 1 / signal, model: -noise / signal }, epsilon: { x: 0, model: 1 } }
    case 'sample':
      return { x0: { x: 0, model: 1 }, epsilon: { x: 1 / noise, model: -signal / noise } }
  }
}
