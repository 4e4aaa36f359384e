import { cumulativeAlphas, finalAlpha } from './alphas.ts'
import type { SchedulerConfig } from './config.ts'
import { mix, predictions, type DenoisingStep } from './step.ts'
import { timesteps } from './timesteps.ts'

/**
 * The `n` steps of DDIM (Song et al. 2021, formula 12; diffusers `DDIMScheduler.step`):
 *
 *     σ_t = η √((1 − ᾱ_prev) / (1 − ᾱ_t)) √(1 − ᾱ_t / ᾱ_prev)
 *     x_prev = √ᾱ_prev x̂₀ + √(1 − ᾱ_prev − σ_t²) ε̂ + σ_t ε
 *
 * As in diffusers, prev is t − ⌊T / n⌋ and not the next entry of the schedule: with n = 3 the second step lands on
 * ᾱ₃₃₃ while the next call is at t = 332.
 *
 * @param eta η, 0 (deterministic, what Marigold does) .. 1 (DDPM)
 * @throws AppError `checkpoint/wrong-steps`, `checkpoint/unsupported`
 */
export function ddimSteps(config: SchedulerConfig, n: number, eta = 0): readonly DenoisingStep[] {
  const table = cumulativeAlphas(config)
  const stride = Math.floor(config.numTrainTimesteps / n)
  return timesteps(config, n).map((t) => {
    const alpha = table[t] as number
    const previous = t >= stride ? (table[t - stride] as number) : finalAlpha(config, table)
    const { x0, epsilon } = predictions(config.predictionType, alpha)
    const variance = eta ** 2 * ((1 - previous) / (1 - alpha)) * (1 - alpha / previous)
    const direction = Math.sqrt(Math.max(0, 1 - previous - variance))
    return { t, x0, next: { ...mix(Math.sqrt(previous), x0, direction, epsilon), noise: Math.sqrt(variance) } }
  })
}
