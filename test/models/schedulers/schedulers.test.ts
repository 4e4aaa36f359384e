import { describe, expect, it } from 'vitest'
import { cumulativeAlphas, finalAlpha } from '../../../models/schedulers/alphas.ts'
import type { SchedulerConfig } from '../../../models/schedulers/config.ts'
import { readSchedulerConfig } from '../../../models/schedulers/read.ts'
import { denoisingSteps } from '../../../models/schedulers/steps.ts'
import { timesteps } from '../../../models/schedulers/timesteps.ts'
import { fixtureJson, fixtureTensors, maxAbsDifference } from '../../support/fixtures.ts'

type Raw = Readonly<Record<string, unknown>>
const ddim = (raw: Raw) => readSchedulerConfig({ _class_name: 'DDIMScheduler', ...raw })
const fixtureConfig = async (name: string) =>
  readSchedulerConfig(await fixtureJson<Raw>(`checkpoints/schedulers/${name}/scheduler_config.json`))

const plain = await fixtureConfig('ddim-leading')
const trailing = await fixtureConfig('ddim-trailing')
const zeroSnr = await fixtureConfig('ddim-trailing-zero-snr')
const linspace = await fixtureConfig('ddim-linspace-alpha-one')
const lcm = await fixtureConfig('lcm')

describe('cumulative alphas', async () => {
  const recorded = await fixtureTensors('schedulers/alphas_cumprod.safetensors')
  const { variants, final_alpha_cumprod: finals } = await fixtureJson<{
    variants: Record<string, Raw>
    final_alpha_cumprod: Record<string, number>
  }>('schedulers/alphas_cumprod.json')

  it.each(['plain', 'linear'])("%s: diffusers' table, bit for bit", async (name) => {
    const config = ddim(variants[name] ?? {})
    expect(cumulativeAlphas(config)).toEqual(await recorded.f32(name))
    expect(finalAlpha(config, cumulativeAlphas(config))).toBe(finals[name])
  })

  // torch's vectorised float32 square root is not always the nearest float; every later value inherits that.
  it("zero_snr: diffusers' table to 5e-6 of each value", async () => {
    const theirs = await recorded.f32('zero_snr')
    const relative = cumulativeAlphas(zeroSnr).map((value, i) =>
      theirs[i] === 0 ? value : value / (theirs[i] ?? NaN) - 1,
    )
    expect(maxAbsDifference(relative, new Float32Array(1000))).toBeLessThan(5e-6)
  })

  it('end at exactly 0 with zero terminal SNR', () => {
    expect(cumulativeAlphas(zeroSnr)[999]).toBe(0)
  })

  it('agree with the published values in double precision', () => {
    const [table, rescaled] = [cumulativeAlphas(plain), cumulativeAlphas(zeroSnr)]
    const values = { 0: 0.99915, 99: 0.895462773, 499: 0.27766965, 899: 0.014298677, 999: 0.004660099 }
    const zero = { 0: 0.99915, 99: 0.888085895, 499: 0.242359167, 899: 0.003033072, 981: 0.000068866 }
    for (const [t, value] of Object.entries(values)) expect(Math.abs((table[+t] ?? 0) - value)).toBeLessThan(1e-6)
    for (const [t, value] of Object.entries(zero)) expect(Math.abs((rescaled[+t] ?? 0) - value)).toBeLessThan(1e-6)
  })

  it('set_alpha_to_one makes the last step land on 1', () => {
    expect(finalAlpha(linspace, cumulativeAlphas(linspace))).toBe(1)
  })
})

describe('timesteps', async () => {
  const { timesteps: table } = await fixtureJson<{ timesteps: Record<string, Record<string, number[]>> }>(
    'schedulers/timesteps.json',
  )
  it.each([
    ['leading', plain],
    ['trailing', trailing],
    ['linspace', linspace],
    ['lcm', lcm],
  ] as const)('%s: those of diffusers for every recorded number of steps', (spacing, config) => {
    const lists = Object.entries(table[spacing] ?? {})
    expect(lists.length).toBeGreaterThanOrEqual(50)
    for (const [n, list] of lists) {
      // diffusers itself fails on timestep 1000, and means nothing by −1
      if ((list[0] ?? 0) > 999) expect(() => timesteps(config, Number(n))).toThrowError(/timestep 1000/)
      else expect(timesteps(config, Number(n)), `n = ${n}`).toEqual(list.filter((t) => t >= 0))
    }
  })

  it.each([
    [0, plain],
    [-1, plain],
    [2.5, plain],
    [NaN, plain],
    [1001, trailing],
    [51, lcm],
  ])('%d steps are refused where the scheduler cannot do them', (n, config) => {
    expect(() => timesteps(config, n)).toThrowError(expect.objectContaining({ code: 'checkpoint/wrong-steps' }))
  })
})

describe('steps', async () => {
  const ddimRecorded = await fixtureTensors('schedulers/ddim_steps.safetensors')
  const ddimCases = await fixtureJson<{
    cases: { name: string; config: Raw; n: number; eta: number; timesteps: number[] }[]
  }>('schedulers/ddim_steps.json')
  const lcmRecorded = await fixtureTensors('schedulers/lcm_steps.safetensors')
  const lcmCases = await fixtureJson<{ config: Raw; cases: { name: string; n: number; timesteps: number[] }[] }>(
    'schedulers/lcm_steps.json',
  )
  const combine = (a: Float32Array, x: number, b: Float32Array, model: number, c?: Float32Array, noise = 0) =>
    a.map((value, i) => x * value + model * (b[i] ?? NaN) + (c === undefined ? 0 : noise * (c[i] ?? NaN)))

  // With eta = 1 the first step from ᾱ = 0 keeps nothing of ε̂; diffusers takes the root of a float32 difference that
  // should be 0 there: 1e-7, or below 0, so that all it gives from then on is NaN.
  const ill = ddimCases.cases.filter(({ config, eta }) => eta === 1 && config['rescale_betas_zero_snr'] === true)
  const sound = ddimCases.cases.filter((one) => !ill.includes(one))

  it('eta = 1 from zero terminal SNR stays finite, where diffusers does not', async () => {
    const recordedLast = await Promise.all(ill.map(({ name, n }) => ddimRecorded.f32(`${name}.step${n - 1}.latent`)))
    expect(recordedLast.some((latent) => latent.some(Number.isNaN))).toBe(true)
    for (const { config, n } of ill) {
      const table = cumulativeAlphas(ddim(config))
      const steps = denoisingSteps(ddim(config), n, 1)
      const previous = table[999 - Math.floor(1000 / n)] ?? NaN
      expect(steps[0]?.next.x).toBeCloseTo(0, 7)
      expect(steps[0]?.next.model).toBeCloseTo(-Math.sqrt(previous), 7)
      expect(steps[0]?.next.noise).toBeCloseTo(Math.sqrt(1 - previous), 7)
      for (const { next } of steps) expect([next.x, next.model, next.noise].every(Number.isFinite)).toBe(true)
    }
  })

  it.each(sound)("$name: DDIM's own, n = $n, eta = $eta", async ({ name, config, n, eta, timesteps: recorded }) => {
    const steps = denoisingSteps(ddim(config), n, eta)
    expect(steps.map(({ t }) => t)).toEqual(recorded)
    let x = await ddimRecorded.f32(`${name}.x`)
    for (const [i, { next }] of steps.entries()) {
      const v = await ddimRecorded.f32(`${name}.step${i}.v`)
      const noise = eta === 0 ? undefined : await ddimRecorded.f32(`${name}.step${i}.noise`)
      if (eta === 0) expect(next.noise).toBe(0)
      const want = await ddimRecorded.f32(`${name}.step${i}.latent`)
      expect(maxAbsDifference(combine(x, next.x, v, next.model, noise, next.noise), want)).toBeLessThan(1e-5)
      x = want
    }
  })

  it.each(lcmCases.cases)("$name: LCM's own, n = $n", async ({ name, n, timesteps: recorded }) => {
    const steps = denoisingSteps(readSchedulerConfig(lcmCases.config), n)
    expect(steps.map(({ t }) => t)).toEqual(recorded)
    let x = await lcmRecorded.f32(`${name}.x`)
    for (const [i, { next, x0 }] of steps.entries()) {
      const v = await lcmRecorded.f32(`${name}.step${i}.v`)
      const last = i === n - 1
      expect(next.noise === 0).toBe(last)
      const noise = last ? undefined : await lcmRecorded.f32(`${name}.step${i}.noise`)
      const want = await lcmRecorded.f32(`${name}.step${i}.latent`)
      expect(maxAbsDifference(combine(x, next.x, v, next.model, noise, next.noise), want)).toBeLessThan(1e-5)
      const denoised = await lcmRecorded.f32(`${name}.step${i}.denoised`)
      expect(maxAbsDifference(combine(x, x0.x, v, x0.model), denoised)).toBeLessThan(1e-5)
      x = want
    }
  })

  it.each<[string, SchedulerConfig, number, number]>([
    ['trailing, zero SNR', zeroSnr, 0.02915476, -0.99957491],
    ['trailing', trailing, 0.09732264, -0.99525288],
    ['LCM', lcm, 0.06826491, -0.99766723],
  ])('one step of %s has the known coefficients', (_name, config, x, model) => {
    const [step] = denoisingSteps(config, 1)
    expect(Math.abs((step?.next.x ?? NaN) - x)).toBeLessThan(1e-5)
    expect(Math.abs((step?.next.model ?? NaN) - model)).toBeLessThan(1e-5)
  })

  const scalar = (config: SchedulerConfig, n: number, noise: readonly number[] = []) =>
    denoisingSteps(config, n).reduce(
      (x, { t, next }, i) => next.x * x + next.model * (0.5 * x + t / 1000) + next.noise * (noise[i] ?? 0),
      1,
    )
  it.each<[string, SchedulerConfig, Record<number, number>]>([
    ['zero SNR', zeroSnr, { 1: -1.46920803, 2: -0.41512438, 3: -0.21933194, 4: -0.13368603, 10: 0.01824685 }],
    ['trailing', trailing, { 1: -1.39456143, 2: -0.39168188, 3: -0.1933644, 4: -0.1067804, 10: 0.04519391 }],
    ['leading', plain, { 1: 0.99384841, 2: -0.26917114, 3: -0.07353808, 4: -0.01638884, 10: 0.07812784 }],
    ['LCM', lcm, { 1: -1.42723826, 2: -0.47480164, 4: -0.32371611 }],
  ])('%s takes x = 1 under v = x/2 + t/1000 where it should', (_name, config, ends) => {
    for (const [n, end] of Object.entries(ends)) {
      expect(Math.abs(scalar(config, Number(n), [0.3, -0.2, 0.1]) - end), `n = ${n}`).toBeLessThan(1e-5)
    }
  })

  it('epsilon prediction from zero terminal SNR is refused', () => {
    expect(() => denoisingSteps({ ...zeroSnr, predictionType: 'epsilon' }, 2)).toThrowError(
      expect.objectContaining({ code: 'checkpoint/unsupported' }),
    )
  })
})
