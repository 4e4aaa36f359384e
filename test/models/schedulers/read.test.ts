import { expect, it } from 'vitest'
import { readSchedulerConfig } from '../../../models/schedulers/read.ts'

const DDIM = { _class_name: 'DDIMScheduler', clip_sample: false }

it("says of a file what it says, and diffusers' defaults of the rest", () => {
  expect(
    readSchedulerConfig({ ...DDIM, beta_start: 0.00085, prediction_type: 'v_prediction', steps_offset: 1 }),
  ).toEqual({
    kind: 'ddim',
    numTrainTimesteps: 1000,
    betaStart: 0.00085,
    betaEnd: 0.02,
    betaSchedule: 'linear',
    predictionType: 'v_prediction',
    timestepSpacing: 'leading',
    stepsOffset: 1,
    rescaleBetasZeroSnr: false,
    setAlphaToOne: true,
    originalInferenceSteps: 50,
    timestepScaling: 10,
  })
  expect(readSchedulerConfig({ _class_name: 'LCMScheduler', trained_betas: null })).toMatchObject({
    kind: 'lcm',
    betaStart: 0.00085,
    betaEnd: 0.012,
    betaSchedule: 'scaled_linear',
  })
})

it.each([
  ['_class_name', { _class_name: 'PNDMScheduler' }],
  ['_class_name', { _class_name: undefined }],
  ['_class_name', { _class_name: 'constructor' }],
  ['trained_betas', { ...DDIM, trained_betas: [0.1] }],
  ['thresholding', { ...DDIM, thresholding: true }],
  ['clip_sample', { _class_name: 'DDIMScheduler' }],
  ['beta_schedule', { ...DDIM, beta_schedule: 'squaredcos_cap_v2' }],
  ['prediction_type', { ...DDIM, prediction_type: 'flow' }],
  ['timestep_spacing', { ...DDIM, timestep_spacing: 3 }],
])('what is not supported is refused by name: %s of %j', (key, json) => {
  expect(() => readSchedulerConfig(json)).toThrowError(
    expect.objectContaining({ code: 'checkpoint/unsupported', message: expect.stringContaining(key) }),
  )
})

it.each([
  ['num_train_timesteps', 0],
  ['num_train_timesteps', 1e12],
  ['num_train_timesteps', 10.5],
  ['num_train_timesteps', '1000'],
  ['beta_start', -1],
  ['beta_end', 2],
  ['steps_offset', -1],
  ['set_alpha_to_one', 'yes'],
  ['original_inference_steps', 2000],
  ['timestep_scaling', NaN],
])('a value that cannot be is refused by name: %s %j', (key, value) => {
  expect(() => readSchedulerConfig({ ...DDIM, [key]: value })).toThrowError(
    expect.objectContaining({ code: 'checkpoint/bad-config', message: expect.stringContaining(key) }),
  )
})
