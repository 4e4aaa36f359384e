/** `scheduler_config.json`, with diffusers' defaults filled in. Names are diffusers'. */
export interface SchedulerConfig {
  readonly kind: 'ddim' | 'lcm'
  readonly numTrainTimesteps: number
  readonly betaStart: number
  readonly betaEnd: number
  readonly betaSchedule: 'linear' | 'scaled_linear'
  readonly predictionType: 'v_prediction' | 'epsilon' | 'sample'
  readonly timestepSpacing: 'leading' | 'trailing' | 'linspace'
  readonly stepsOffset: number
  readonly rescaleBetasZeroSnr: boolean
  readonly setAlphaToOne: boolean
  /** LCM only. */
  readonly originalInferenceSteps: number
  /** LCM only. */
  readonly timestepScaling: number
}
