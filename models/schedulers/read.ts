import { AppError } from '../../src/base/errors.ts'
import type { SchedulerConfig } from './config.ts'

type RawConfig = Readonly<Record<string, unknown>>

/** What diffusers' constructors assume where the file says nothing. */
const DEFAULTS: Readonly<Record<SchedulerConfig['kind'], SchedulerConfig>> = {
  ddim: {
    kind: 'ddim',
    numTrainTimesteps: 1000,
    betaStart: 0.0001,
    betaEnd: 0.02,
    betaSchedule: 'linear',
    predictionType: 'epsilon',
    timestepSpacing: 'leading',
    stepsOffset: 0,
    rescaleBetasZeroSnr: false,
    setAlphaToOne: true,
    originalInferenceSteps: 50,
    timestepScaling: 10,
  },
  lcm: {
    kind: 'lcm',
    numTrainTimesteps: 1000,
    betaStart: 0.00085,
    betaEnd: 0.012,
    betaSchedule: 'scaled_linear',
    predictionType: 'epsilon',
    timestepSpacing: 'leading',
    stepsOffset: 0,
    rescaleBetasZeroSnr: false,
    setAlphaToOne: true,
    originalInferenceSteps: 50,
    timestepScaling: 10,
  },
}

const KINDS: Readonly<Record<string, SchedulerConfig['kind']>> = { DDIMScheduler: 'ddim', LCMScheduler: 'lcm' }

/** More would make tables of any size; every Marigold checkpoint has 1000. */
const MAX_TRAIN_TIMESTEPS = 100_000

/**
 * `scheduler_config.json` of a checkpoint, with the defaults of diffusers' DDIMScheduler and LCMScheduler.
 *
 * @throws AppError `checkpoint/unsupported`, naming the setting: another scheduler, trained betas, thresholding,
 *   clip_sample (no Marigold checkpoint clips; it would make a step non-linear), or a value diffusers knows and this
 *   project does not; `checkpoint/bad-config` where a value has the wrong type or lies out of range
 */
export function readSchedulerConfig(json: RawConfig): SchedulerConfig {
  const name = json['_class_name']
  const kind = typeof name === 'string' && Object.hasOwn(KINDS, name) ? KINDS[name] : undefined
  if (kind === undefined) throw unsupported('_class_name', name, 'DDIMScheduler or LCMScheduler')
  if ((json['trained_betas'] ?? null) !== null) throw unsupported('trained_betas', 'a list', 'null')
  const defaults = DEFAULTS[kind]
  if (flag(json, 'thresholding', false)) throw unsupported('thresholding', true, 'false')
  // DDIMScheduler clips where nothing is said, LCMScheduler does not.
  if (flag(json, 'clip_sample', kind === 'ddim')) throw unsupported('clip_sample', true, 'false')
  const numTrainTimesteps = integer(json, 'num_train_timesteps', defaults.numTrainTimesteps, 1, MAX_TRAIN_TIMESTEPS)
  return {
    kind,
    numTrainTimesteps,
    betaStart: real(json, 'beta_start', defaults.betaStart, 0, 1),
    betaEnd: real(json, 'beta_end', defaults.betaEnd, 0, 1),
    betaSchedule: oneOf(json, 'beta_schedule', defaults.betaSchedule, ['linear', 'scaled_linear']),
    predictionType: oneOf(json, 'prediction_type', defaults.predictionType, ['v_prediction', 'epsilon', 'sample']),
    timestepSpacing: oneOf(json, 'timestep_spacing', defaults.timestepSpacing, ['leading', 'trailing', 'linspace']),
    stepsOffset: integer(json, 'steps_offset', defaults.stepsOffset, 0, numTrainTimesteps),
    rescaleBetasZeroSnr: flag(json, 'rescale_betas_zero_snr', defaults.rescaleBetasZeroSnr),
    setAlphaToOne: flag(json, 'set_alpha_to_one', defaults.setAlphaToOne),
    originalInferenceSteps: integer(
      json,
      'original_inference_steps',
      defaults.originalInferenceSteps,
      1,
      numTrainTimesteps,
    ),
    timestepScaling: real(json, 'timestep_scaling', defaults.timestepScaling, 0, Infinity),
  }
}

function flag(json: RawConfig, key: string, fallback: boolean): boolean {
  const value = json[key] ?? fallback
  if (typeof value === 'boolean') return value
  throw bad(key, value, 'true or false')
}

function real(json: RawConfig, key: string, fallback: number, min: number, max: number): number {
  const value = json[key] ?? fallback
  if (typeof value === 'number' && value >= min && value <= max) return value
  throw bad(key, value, `a number from ${min} to ${max}`)
}

function integer(json: RawConfig, key: string, fallback: number, min: number, max: number): number {
  const value = real(json, key, fallback, min, max)
  if (Number.isInteger(value)) return value
  throw bad(key, value, 'an integer')
}

function oneOf<const T extends string>(json: RawConfig, key: string, fallback: T, options: readonly T[]): T {
  const value = json[key] ?? fallback
  const found = options.find((option) => option === value)
  if (found !== undefined) return found
  throw unsupported(key, value, options.join(', '))
}

const shown = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 80)

const unsupported = (key: string, value: unknown, supported: string) =>
  new AppError('checkpoint/unsupported', `The scheduler has ${key} ${shown(value)}, which is not supported.`, {
    fix: `Use a checkpoint whose scheduler_config.json has ${key}: ${supported}.`,
  })

const bad = (key: string, value: unknown, wanted: string) =>
  new AppError('checkpoint/bad-config', `The scheduler has ${key} ${shown(value)}; it must be ${wanted}.`, {
    fix: 'Correct scheduler_config.json or download it again.',
  })
