import type { SchedulerConfig } from './config.ts'

/**
 * ᾱ_t = Π_{i ≤ t} (1 − β_i) for t = 0 .. numTrainTimesteps − 1, in float32 as torch computes it. With zero terminal SNR
 * the last is exactly 0 (Lin et al., "Common diffusion noise schedules and sample steps are flawed", algorithm 1).
 * Source: diffusers `DDIMScheduler.__init__`, `rescale_zero_terminal_snr`.
 */
export function cumulativeAlphas(config: SchedulerConfig): Float32Array {
  const { numTrainTimesteps: count, betaStart, betaEnd } = config
  const betas =
    config.betaSchedule === 'linear'
      ? linspace(betaStart, betaEnd, count)
      : linspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), count).map((root) => root * root)
  const cumulative = cumulativeProduct(betas.map((beta) => 1 - beta))
  return config.rescaleBetasZeroSnr ? rescaledToZeroSnr(cumulative) : cumulative
}

/** ᾱ of the step before the first: what the last DDIM step lands on. */
export const finalAlpha = (config: SchedulerConfig, cumulative: Float32Array): number =>
  config.setAlphaToOne ? 1 : (cumulative[0] ?? 1)

/** Shifts and scales √ᾱ so that the last is 0 and the first stays, then goes through β again, as diffusers does. */
function rescaledToZeroSnr(cumulative: Float32Array): Float32Array {
  const roots = cumulative.map(Math.sqrt)
  const first = roots[0] ?? 1
  const last = roots.at(-1) ?? 0
  const scale = Math.fround(first / Math.fround(first - last))
  const rescaled = roots.map((root) => Math.fround(root - last) * scale).map((root) => root * root)
  const alphas = rescaled.map((value, i) => (i === 0 ? value : value / (rescaled[i - 1] as number)))
  return cumulativeProduct(alphas.map((alpha) => 1 - Math.fround(1 - alpha)))
}

/** torch.linspace in float32: from both ends towards the middle. */
function linspace(start: number, end: number, count: number): Float32Array {
  const [from, to] = [Math.fround(start), Math.fround(end)]
  const step = count > 1 ? Math.fround(Math.fround(to - from) / (count - 1)) : 0
  return Float32Array.from({ length: count }, (_, i) => (i < count / 2 ? from + step * i : to - step * (count - 1 - i)))
}

/** torch.cumprod on the CPU: multiplied in double precision, each product stored in float32. */
function cumulativeProduct(values: Float32Array): Float32Array {
  let product = 1
  return values.map((value) => (product *= value))
}
