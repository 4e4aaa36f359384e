import { AppError } from '../../src/base/errors.ts'
import type { SchedulerConfig } from './config.ts'

/**
 * The integer timesteps of `n` denoising steps, descending. DDIM: by `timestep_spacing` (diffusers
 * `DDIMScheduler.set_timesteps`); LCM: every k-th of its distillation's `original_inference_steps`
 * (`LCMScheduler.set_timesteps`), whatever the spacing.
 *
 * Trailing spacing of some n > 60 (61, 103, 121 …) makes diffusers append a timestep −1, from a rounding error of
 * `np.arange`; it is left out here.
 *
 * @throws AppError `checkpoint/wrong-steps` unless n is an integer, at least 1, and at most what the scheduler was
 *   trained with (DDIM: 1000; LCM: 50)
 */
export function timesteps(config: SchedulerConfig, n: number): readonly number[] {
  const most = config.kind === 'lcm' ? config.originalInferenceSteps : config.numTrainTimesteps
  if (!Number.isInteger(n) || n < 1 || n > most) {
    throw new AppError('checkpoint/wrong-steps', `${n} steps were asked for; this scheduler can do 1 to ${most}.`, {
      fix: 'Change the number of steps.',
    })
  }
  const list = config.kind === 'lcm' ? lcmTimesteps(config, n) : ddimTimesteps(config, n)
  const first = list[0] ?? 0
  if (first < config.numTrainTimesteps) return list
  throw new AppError(
    'checkpoint/wrong-steps',
    `${n} steps with ${config.timestepSpacing} spacing would begin at timestep ${first}, after the last one.`,
    { fix: 'Use fewer steps or another spacing.' },
  )
}

function ddimTimesteps({ numTrainTimesteps: T, timestepSpacing, stepsOffset }: SchedulerConfig, n: number): number[] {
  const indices = Array.from({ length: n }, (_, i) => i)
  switch (timestepSpacing) {
    case 'leading':
      return indices.map((i) => i * Math.floor(T / n) + stepsOffset).reverse()
    case 'trailing': {
      // np.arange takes the difference of its first two values for the step, which moves some halves (n = 48).
      const step = T - (T - T / n)
      return indices.map((i) => roundHalfToEven(T - i * step) - 1)
    }
    case 'linspace': {
      const step = (T - 1) / (n - 1)
      return indices.map((i) => (n > 1 && i === n - 1 ? T - 1 : roundHalfToEven(i === 0 ? 0 : i * step))).reverse()
    }
  }
}

/** Entries of 999, 979 … 19 (for 1000 and 50) at ⌊i · 50 / n⌋. */
function lcmTimesteps({ numTrainTimesteps, originalInferenceSteps: count }: SchedulerConfig, n: number): number[] {
  const k = Math.floor(numTrainTimesteps / count)
  return Array.from({ length: n }, (_, i) => (count - Math.floor(i * (count / n))) * k - 1)
}

/** np.round: 2.5 → 2, 3.5 → 4. */
function roundHalfToEven(x: number): number {
  const floor = Math.floor(x)
  if (x - floor !== 0.5) return Math.round(x)
  return floor % 2 === 0 ? floor : floor + 1
}
