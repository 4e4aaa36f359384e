import { describe, expect, it } from 'vitest'
import { Checkpoints } from '../../models/checkpoint/checkpoint.ts'
import type { Modality } from '../../models/checkpoint/modality.ts'
import type { ImageValue, LatentValue } from '../../src/node/index.ts'
import { Bench, data, frameOf, oneValue } from './support.ts'
import { toyCheckpoints, toyFor } from './toy-checkpoint.ts'

const checkpoint = { kind: 'checkpoint' as const, id: 'toy', name: 'Toy' }

const servicesFor = (bench: Bench, modality: Modality) => [
  [Checkpoints, toyCheckpoints(bench.backend, toyFor({ modality }))] as const,
]

/** A latent of one cell whose channels are given. */
const latent = (bench: Bench, channels: readonly number[]): LatentValue => ({
  kind: 'latent',
  tensor: bench.tensor([1, channels.length, 1, 1], (i) => channels[i] ?? 0),
  frame: frameOf(5, 3),
  factor: 8,
})

const picture = (bench: Bench, values: readonly number[], width = 1): ImageValue => ({
  kind: 'image',
  tensor: bench.tensor([1, 3, 1, width], (i) => values[i] ?? 0),
  frame: frameOf(width, 1),
})

describe('decoders of several targets', () => {
  // the toy decodes to the first channel of what it is given
  it.each([
    ['intrinsics/decode-appearance', 'appearance', { albedo: -0.5, material: 0.5 }],
    ['intrinsics/decode-lighting', 'lighting', { albedo: -0.5, shading: 0.5, residual: 7 }],
  ] as const)('%s: four channels for each socket, clipped, from −1..1 to 0..1', async (type, modality, firsts) => {
    const bench = new Bench()
    const inputs = {
      latent: latent(
        bench,
        Object.values(firsts).flatMap((v) => [v, 9, 9, 9]),
      ),
      checkpoint,
    }
    const called = await bench.run(type, { inputs, services: servicesFor(bench, modality) })
    for (const [socket, first] of Object.entries(firsts)) {
      const { tensor } = oneValue(called, socket, 'image')
      expect(tensor.dims).toEqual([1, 3, 3, 5])
      expect(data({ tensor })[0]).toBe((Math.min(first, 1) + 1) / 2)
      tensor.release()
    }
    inputs.latent.tensor.release()
    expect(bench.backend.bytes).toBe(0)
  })

  it('refuse the checkpoint and the latent of something else, and leave nothing', async () => {
    const bench = new Bench()
    const one = { latent: latent(bench, [1, 2, 3, 4]), checkpoint }
    const run = (modality: Modality) =>
      bench.run('intrinsics/decode-lighting', { inputs: one, services: servicesFor(bench, modality) })
    await expect(run('appearance')).rejects.toMatchObject({
      code: 'node/wrong-modality',
      message: 'Toy predicts albedo and material, not albedo, shading and residual.',
    })
    await expect(run('lighting')).rejects.toMatchObject({
      code: 'node/wrong-latent',
      message: expect.stringContaining('has 4 channels'),
    })
    one.latent.tensor.release()
    expect(bench.backend.bytes).toBe(0)
  })
})

describe('several latents at once', () => {
  it('are drawn where Noise Init is given the checkpoint, and else DDIM Denoise says that they are needed', async () => {
    const bench = new Bench()
    const services = servicesFor(bench, 'lighting')
    const image = latent(bench, [1, 2, 3, 4])
    const noiseOf = async (inputs: object) =>
      oneValue(await bench.run('depth/noise-init', { inputs: { like: image, ...inputs }, services }), 'noise', 'latent')
    const [few, many] = [await noiseOf({}), await noiseOf({ checkpoint })]
    expect([few.tensor.dims, many.tensor.dims]).toEqual([
      [1, 4, 1, 1],
      [1, 12, 1, 1],
    ])
    const denoise = (noise: LatentValue) =>
      bench.run('depth/ddim-denoise', { inputs: { checkpoint, image, noise }, services })
    await expect(denoise(few)).rejects.toMatchObject({
      code: 'node/unlike-latents',
      message: expect.stringContaining('predicts 3 latents at once'),
      fix: 'Connect the checkpoint to Noise Init too.',
    })
    const denoised = oneValue(await denoise(many), 'latent', 'latent')
    expect(denoised.tensor.dims).toEqual([1, 12, 1, 1])
    for (const { tensor } of [image, few, many, denoised]) tensor.release()
    expect(bench.backend.bytes).toBe(0)
  })
})

describe('Ensemble Images', () => {
  const members = (bench: Bench) =>
    [
      [0, 0.5, 1],
      [0.25, 0.5, 0],
      [1, 0.5, 0.5],
    ].map((values) => picture(bench, values))

  it.each([
    ['median', [0.25, 0.5, 0.5], [0.25, 0, 0.5]],
    ['mean', [5 / 12, 0.5, 0.5], [Math.sqrt(13 / 48), 0, 0.5]],
  ] as const)('takes the %s of each colour, and its spread', async (reduction, merged, spread) => {
    const bench = new Bench()
    const called = await bench.run('intrinsics/ensemble', { inputs: { image: members(bench) }, params: { reduction } })
    const close = (socket: string, expected: readonly number[]) =>
      data(oneValue(called, socket, 'image')).forEach((v, i) => expect(v).toBeCloseTo(expected[i] ?? NaN, 6))
    close('image', merged)
    close('uncertainty', spread)
  })

  it('passes one member on, certain, and refuses members of several sizes', async () => {
    const bench = new Bench()
    const one = picture(bench, [0.1, 0.2, 0.3])
    const called = await bench.run('intrinsics/ensemble', { inputs: { image: [one] } })
    expect(oneValue(called, 'image', 'image').tensor).toBe(one.tensor)
    expect([...data(oneValue(called, 'uncertainty', 'image'))]).toEqual([0, 0, 0])
    const wide = picture(bench, [], 2)
    await expect(bench.run('intrinsics/ensemble', { inputs: { image: [one, wide] } })).rejects.toMatchObject({
      code: 'node/unequal-members',
    })
  })
})

it('Split Material gives red as roughness and green as metallicity', async () => {
  const bench = new Bench()
  const called = await bench.run('intrinsics/split-material', { inputs: { material: picture(bench, [0.25, 0.75, 0]) } })
  expect([...data(oneValue(called, 'roughness', 'mask'))]).toEqual([0.25])
  expect([...data(oneValue(called, 'metallicity', 'mask'))]).toEqual([0.75])
})

describe('Display Linear', () => {
  const shown = async (values: readonly number[], params: object = {}) => {
    const bench = new Bench()
    const value = picture(bench, values)
    const called = await bench.run('intrinsics/display', { inputs: { value }, params: { ...params } })
    const drawn = [...data(oneValue(called, 'value', 'image'))]
    for (const { tensor } of [value, oneValue(called, 'value', 'image')]) tensor.release()
    expect(bench.backend.bytes).toBe(0)
    return drawn
  }
  const close = (values: readonly number[], expected: readonly number[]) =>
    values.forEach((v, i) => expect(v).toBeCloseTo(expected[i] ?? NaN, 6))

  it('takes the power of 1/2.2 of a share of the largest value, or of the value', async () => {
    close(await shown([0, 0.1, 0.4]), [0, 0.25 ** (1 / 2.2), 1])
    close(await shown([0, 0.1, 1], { stretch: false }), [0, 0.1 ** (1 / 2.2), 1])
  })

  it('leaves a picture without light black', async () => {
    expect(await shown([0, 0, 0])).toEqual([0, 0, 0])
  })
})
