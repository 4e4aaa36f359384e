import { cumulativeAlphas } from './alphas.ts'
import type { SchedulerConfig } from './config.ts'
import { mix, predictions, type DenoisingStep } from './step.ts'
import { timesteps } from './timesteps.ts'

const SIGMA_DATA = 0.5

/**
 * The `n` steps of a latent consistency model (Luo et al. 2023; diffusers `LCMScheduler.step`), with s = timestep_scaling:
 *
 *     c_skip = σ² / ((s t)² + σ²),  c_out = s t / √((s t)² + σ²),  σ = 0.5
 *     den = c_out x̂₀ + c_skip x_t
 *     x_prev = √ᾱ_next den + √(1 − ᾱ_next) ε, after the last step den itself
 *
 * `x0` of a step is den. Unlike DDIM's, ᾱ_next is that of the next entry of the schedule.
 *
 * @throws AppError `checkpoint/wrong-steps`, `checkpoint/unsupported`
 */
export function lcmSteps(config: SchedulerConfig, n: number): readonly DenoisingStep[] {
  const table = cumulativeAlphas(config)
  return timesteps(config, n).map((t, i, schedule) => {
    const scaled = t * config.timestepScaling
    const skip = SIGMA_DATA ** 2 / (scaled ** 2 + SIGMA_DATA ** 2)
    const out = scaled / Math.sqrt(scaled ** 2 + SIGMA_DATA ** 2)
    const predicted = predictions(config.predictionType, table[t] as number).x0
    const den = mix(out, predicted, skip, { x: 1, model: 0 })
    const following = schedule[i + 1]
    if (following === undefined) return { t, x0: den, next: { ...den, noise: 0 } }
    const alpha = table[following] as number
    return { t, x0: den, next: { ...mix(Math.sqrt(alpha), den, 0, den), noise: Math.sqrt(1 - alpha) } }
  })
}
