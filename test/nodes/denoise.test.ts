import { describe, expect, it } from 'vitest'
import { Checkpoints, type CheckpointConfig } from '../../models/checkpoint/checkpoint.ts'
import { nodes } from '../../src/app/registry.ts'
import { noiseGenerator } from '../../src/base/rng/noise.ts'
import { defaultsOf, type LatentValue, type NoiseOrigin } from '../../src/node/index.ts'
import { Bench, data, frameOf, oneValue, Steps } from './support.ts'
import { toyCheckpoints, toyConfig, toyFor, toyModel, withModel, type ToyCalls } from './toy-checkpoint.ts'

const checkpoint = { kind: 'checkpoint' as const, id: 'toy', name: 'Toy' }
const newCalls = (): ToyCalls => ({ timesteps: [], batches: [], encoded: [] })

const latent = (bench: Bench, value: (i: number) => number, noise?: NoiseOrigin, [h, w] = [2, 2]): LatentValue => ({
  kind: 'latent',
  tensor: bench.tensor([1, 4, h ?? 2, w ?? 2], value),
  frame: frameOf(16, 16),
  factor: 8,
  ...(noise && { noise }),
})

async function denoise(params: object, config: CheckpointConfig = toyConfig, noise?: NoiseOrigin) {
  const bench = new Bench()
  const trail = new Steps()
  const calls = newCalls()
  const inputs = { checkpoint, image: latent(bench, () => 0), noise: latent(bench, () => 1, noise) }
  const services = [[Checkpoints, toyCheckpoints(bench.backend, config, calls)] as const]
  const called = await bench
    .run('depth/ddim-denoise', { inputs, params: params as never, services, trail })
    .finally(() => {
      inputs.image.tensor.release()
      inputs.noise.tensor.release()
    })
  const result = oneValue(called, 'latent', 'latent')
  const values = [...data(result)]
  result.tensor.release()
  const steps = trail.clean()
  trail.release()
  expect(bench.backend.bytes).toBe(0)
  return { values, calls, steps, warnings: called.warnings }
}

describe('DDIM Denoise', () => {
  it.each([
    [{ steps: 1, zero_snr: 'on' }, -1.46920803],
    [{ steps: 2, zero_snr: 'on' }, -0.41512438],
    [{ steps: 4, zero_snr: 'on' }, -0.13368603],
    [{ steps: 3 }, -0.1933644],
    [{ steps: 3, alpha_to_one: 'on' }, -0.202379],
    [{ steps: 3, spacing: 'linspace' }, 0.07262945],
    [{ steps: 1, spacing: 'leading' }, 0.99384841],
    [{ steps: 10, spacing: 'leading' }, 0.07812784],
  ])('comes where the reference comes with %o', async (params, expected) => {
    const { values } = await denoise(params)
    for (const value of values) expect(value).toBeCloseTo(expected, 5)
  })

  it('can leave out what the checkpoint has switched on', async () => {
    const on = withModel({ scheduler: { ...toyModel.scheduler, rescaleBetasZeroSnr: true, setAlphaToOne: true } })
    const { values } = await denoise({ steps: 2, zero_snr: 'off', alpha_to_one: 'off' }, on)
    for (const value of values) expect(value).toBeCloseTo(-0.39168188, 5)
  })

  it('takes the checkpoint’s steps where none are set', async () => {
    expect((await denoise({})).calls.timesteps).toEqual([999, 499])
  })

  it('leaves the clean latent of every step but the last, which the last would have been', async () => {
    const { steps, values } = await denoise({ steps: 4, zero_snr: 'on', alpha_to_one: 'on' })
    expect(steps.map(({ done }) => done)).toEqual([1, 2, 3])
    // At zero SNR x₀ is −v, with v = x / 2 + t / 1000 and x = 1.
    expect(steps[0]?.clean).toBeCloseTo(-1.499, 5)
    const last = steps.at(-1)?.clean ?? NaN
    expect(Math.abs(last - (values[0] ?? 0))).toBeLessThan(Math.abs((steps[0]?.clean ?? 0) - (values[0] ?? 0)))
  })

  it.each([
    ['DDIM', { steps: 5 }],
    ['DDIM with fresh noise', { steps: 5, eta: 0.7 }],
    ['LCM', { steps: 5, scheduler: 'lcm' }],
  ])('goes on where a cancelled attempt left off, %s: the same numbers, no step twice', async (_, params) => {
    const bench = new Bench()
    const origin = { generator: 'torch-cpu', seed: 5, member: 1 } as const
    const inputs = { checkpoint, image: latent(bench, () => 0), noise: latent(bench, () => 1, origin) }
    const attempt = async (trail: Steps, signal = new AbortController().signal, stop = (_done: number) => {}) => {
      const calls = newCalls()
      const services = [[Checkpoints, toyCheckpoints(bench.backend, toyConfig, calls)] as const]
      const called = bench.run('depth/ddim-denoise', { inputs, params, services, trail, signal, progress: stop })
      const values = await called.then(
        (made) => {
          const { tensor } = oneValue(made, 'latent', 'latent')
          tensor.release()
          return tensor.location === 'cpu' ? [...tensor.data] : []
        },
        () => undefined,
      )
      return { values, timesteps: calls.timesteps }
    }
    const whole = new Steps()
    const expected = await attempt(whole)
    whole.release()
    for (const at of [1, 2, 3, 4]) {
      const trail = new Steps()
      const stop = new AbortController()
      const cut = await attempt(trail, stop.signal, (done) => (done === at ? stop.abort() : undefined))
      expect(cut.values).toBe(undefined)
      const rest = await attempt(trail)
      expect(rest.values).toEqual(expected.values)
      expect([...cut.timesteps, ...rest.timesteps]).toEqual(expected.timesteps)
      trail.release()
    }
    for (const { tensor } of [inputs.image, inputs.noise]) tensor.release()
    expect(bench.backend.bytes).toBe(0)
  })

  it('says of its latent what the checkpoint predicts', async () => {
    const bench = new Bench()
    const services = [[Checkpoints, toyCheckpoints(bench.backend, toyFor({ quantity: 'disparity' }))] as const]
    const inputs = { checkpoint, image: latent(bench, () => 0), noise: latent(bench, () => 1) }
    const denoised = oneValue(await bench.run('depth/ddim-denoise', { inputs, services }), 'latent', 'latent')
    expect(denoised.predicts).toMatchObject({ modality: 'depth', quantity: 'disparity' })
  })

  it('refuses a VAE alone, by the name that people know', async () => {
    await expect(denoise({ steps: 1 }, { ...toyConfig, model: null })).rejects.toMatchObject({
      code: 'checkpoint/vae-only',
      message: expect.stringContaining('Toy is a VAE alone'),
    })
  })

  it('asks for steps that neither it nor the checkpoint names', async () => {
    await expect(denoise({}, withModel({ defaultSteps: null }))).rejects.toMatchObject({ code: 'node/no-steps' })
  })

  it.each([0, 1001])('refuses %i steps', async (steps) => {
    await expect(denoise({ steps })).rejects.toMatchObject({ code: 'checkpoint/wrong-steps' })
  })

  it('refuses more LCM steps than the checkpoint was distilled from', async () => {
    await expect(denoise({ steps: 51, scheduler: 'lcm' })).rejects.toMatchObject({ code: 'checkpoint/wrong-steps' })
  })

  it('goes on with the generator of the first noise, as diffusers does, between LCM steps', async () => {
    const { values } = await denoise({ steps: 2, scheduler: 'lcm' }, toyConfig, {
      generator: 'torch-cpu',
      seed: 5,
      member: 0,
    })
    const generator = noiseGenerator('torch-cpu', 5)
    generator.randn(16)
    const drawn = generator.randn(16)
    // The second step is linear in its noise: equal differences of noise give equal differences of results.
    const slope = ((values[1] ?? 0) - (values[0] ?? 0)) / ((drawn[1] ?? 0) - (drawn[0] ?? 0))
    // (√ᾱ − √(1−ᾱ) / 2) · √(1−ᾱ) at t = 499
    expect(slope).toBeCloseTo(0.0867, 3)
    values.forEach((value, i) =>
      expect(value - (values[0] ?? 0)).toBeCloseTo(slope * ((drawn[i] ?? 0) - (drawn[0] ?? 0)), 4),
    )
  })

  it('gives every member noise of its own', async () => {
    const member = async (index: number) =>
      (await denoise({ steps: 2, eta: 1 }, toyConfig, { generator: 'torch-cpu', seed: 5, member: index })).values
    expect(await member(1)).toEqual(await member(1))
    expect(await member(1)).not.toEqual(await member(0))
    expect(await member(1)).not.toEqual(await member(2))
  })

  it('draws no noise without eta', async () => {
    const { values } = await denoise({ steps: 3, eta: 0 })
    expect(new Set(values).size).toBe(1)
  })

  it('warns that LCM ignores eta', async () => {
    expect((await denoise({ steps: 1, scheduler: 'lcm', eta: 0.5 })).warnings).toHaveLength(1)
  })

  it('gives the same in a batch as one by one', async () => {
    const bench = new Bench()
    const calls = newCalls()
    const node = nodes.get('depth/ddim-denoise')
    const params = { ...defaultsOf(node?.params ?? {}), steps: 3, eta: 0.5 }
    const services = [[Checkpoints, toyCheckpoints(bench.backend, toyConfig, calls)] as const]
    const inputs = [0, 1, 2].map((member) => ({
      checkpoint,
      image: latent(bench, () => 0),
      noise: latent(bench, (i) => i * (member + 1), { generator: 'torch-cpu', seed: 1, member }),
    }))
    const use = <T>(): T => services[0]?.[1] as T
    const ctx = {
      backend: bench.backend,
      signal: new AbortController().signal,
      member: { index: 0, count: 3 },
      progress: () => undefined,
      warn: () => undefined,
      trail: new Steps(),
      use,
    }
    const together = (await node?.batch?.run(inputs as never, params as never, ctx)) as { latent: LatentValue }[]
    expect(calls.batches).toEqual([3, 3, 3])
    for (const [i, input] of inputs.entries()) {
      const alone = oneValue(
        await bench.run('depth/ddim-denoise', { inputs: input, params, services }),
        'latent',
        'latent',
      )
      expect([...data(alone)]).toEqual([...data(together[i]?.latent ?? alone)])
      alone.tensor.release()
    }
    for (const { latent } of together) latent.tensor.release()
    ctx.trail.release()
    for (const { image, noise } of inputs) for (const { tensor } of [image, noise]) tensor.release()
    expect(bench.backend.bytes).toBe(0)
  })

  it('names the sizes when noise and picture differ', async () => {
    const bench = new Bench()
    const inputs = { checkpoint, image: latent(bench, () => 0), noise: latent(bench, () => 0, undefined, [3, 2]) }
    const services = [[Checkpoints, toyCheckpoints(bench.backend)] as const]
    await expect(bench.run('depth/ddim-denoise', { inputs, services })).rejects.toMatchObject({
      code: 'node/unlike-latents',
      message: expect.stringContaining('[1, 4, 3, 2]'),
    })
  })

  it('stops between steps, and leaves nothing', async () => {
    const bench = new Bench()
    const stop = new AbortController()
    const inputs = { checkpoint, image: latent(bench, () => 0), noise: latent(bench, () => 0) }
    const calls = newCalls()
    const trail = new Steps()
    const run = bench.run('depth/ddim-denoise', {
      inputs,
      params: { steps: 10 },
      services: [[Checkpoints, toyCheckpoints(bench.backend, toyConfig, calls)] as const],
      signal: stop.signal,
      progress: (done) => (done === 3 ? stop.abort() : undefined),
      trail,
    })
    await expect(run).rejects.toMatchObject({ name: 'AbortError' })
    expect(calls.timesteps).toHaveLength(3)
    trail.release()
    for (const { tensor } of [inputs.image, inputs.noise]) tensor.release()
    expect(bench.backend.bytes).toBe(0)
  })
})

describe('VAE Encode', () => {
  it('pads to whole cells and scales to −1..1', async () => {
    const bench = new Bench()
    const calls = newCalls()
    const image = { kind: 'image' as const, tensor: bench.tensor([1, 3, 5, 9], () => 1), frame: frameOf(9, 5) }
    const services = [[Checkpoints, toyCheckpoints(bench.backend, toyConfig, calls)] as const]
    const encoded = oneValue(
      await bench.run('depth/vae-encode', { inputs: { image, checkpoint }, services }),
      'latent',
      'latent',
    )
    expect(calls.encoded).toEqual([[1, 3, 8, 16]])
    expect([...data(encoded)]).toEqual(Array(8).fill(1))
    for (const { tensor } of [image, encoded]) tensor.release()
    expect(bench.backend.bytes).toBe(0)
  })
})

describe('VAE Decode', () => {
  it.each([
    [{}, { quantity: 'depth', scaleInvariant: true, shiftInvariant: true }],
    [
      { quantity: 'disparity', shiftInvariant: false } as const,
      { quantity: 'disparity', scaleInvariant: true, shiftInvariant: false },
    ],
  ])('says what its numbers mean: %o', async (config, meaning) => {
    const bench = new Bench()
    const services = [[Checkpoints, toyCheckpoints(bench.backend, toyFor(config))] as const]
    const inputs = { latent: latent(bench, () => 0.5), checkpoint }
    const depth = oneValue(await bench.run('depth/vae-decode', { inputs, services }), 'depth', 'depth')
    expect(depth.meaning).toEqual(meaning)
  })

  it.each([
    [undefined, { quantity: 'depth', scaleInvariant: true, shiftInvariant: true }],
    [
      { ...toyModel.predicts, quantity: 'disparity', shiftInvariant: false } as const,
      { quantity: 'disparity', scaleInvariant: true, shiftInvariant: false },
    ],
  ])('of a VAE alone takes what the latent’s model says: %o', async (predicts, meaning) => {
    const bench = new Bench()
    const services = [[Checkpoints, toyCheckpoints(bench.backend, { ...toyConfig, model: null })] as const]
    const inputs = { latent: { ...latent(bench, () => 0.5), ...(predicts && { predicts }) }, checkpoint }
    const depth = oneValue(await bench.run('depth/vae-decode', { inputs, services }), 'depth', 'depth')
    expect(depth.meaning).toEqual(meaning)
  })

  it('refuses the latent of a model for something else, also with a VAE alone', async () => {
    const bench = new Bench()
    const services = [[Checkpoints, toyCheckpoints(bench.backend, { ...toyConfig, model: null })] as const]
    const predicts = { ...toyModel.predicts, modality: 'normals' } as const
    const inputs = { latent: { ...latent(bench, () => 0), predicts }, checkpoint }
    await expect(bench.run('depth/vae-decode', { inputs, services })).rejects.toMatchObject({
      code: 'node/wrong-modality',
      message: 'The model of this latent predicts surface normals, not depth.',
    })
  })

  it('refuses a latent of another checkpoint', async () => {
    const bench = new Bench()
    const services = [[Checkpoints, toyCheckpoints(bench.backend, { ...toyConfig, factor: 4 })] as const]
    const inputs = { latent: latent(bench, () => 0), checkpoint }
    await expect(bench.run('depth/vae-decode', { inputs, services })).rejects.toMatchObject({
      code: 'node/wrong-latent',
    })
  })
})
