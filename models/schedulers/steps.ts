import type { SchedulerConfig } from './config.ts'
import { ddimSteps } from './ddim.ts'
import { lcmSteps } from './lcm.ts'
import type { DenoisingStep } from './step.ts'

/**
 * The denoising steps of a checkpoint's scheduler, in order. `eta` matters to DDIM only.
 *
 * @throws AppError `checkpoint/wrong-steps`, `checkpoint/unsupported`
 */
export const denoisingSteps = (config: SchedulerConfig, n: number, eta = 0): readonly DenoisingStep[] =>
  config.kind === 'lcm' ? lcmSteps(config, n) : ddimSteps(config, n, eta)
