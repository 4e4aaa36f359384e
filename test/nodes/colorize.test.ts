import { describe, expect, it } from 'vitest'
import { fixtureTensors, maxAbsDifference } from '../support/fixtures.ts'
import { rawTensors } from '../pipelines/support/case.ts'
import { Bench, data, frameOf, oneValue } from './support.ts'
import { AFFINE_DEPTH } from '../support/meaning.ts'

const CASES = 'colour/colour.safetensors'

/** RGB of every value, one after the other, 0..1. */
async function drawn(
  values: ArrayLike<number>,
  params: object,
  kind: 'depth' | 'uncertainty' = 'depth',
): Promise<Float32Array> {
  const bench = new Bench()
  const n = values.length
  const value = {
    kind,
    meaning: AFFINE_DEPTH,
    tensor: bench.tensor([1, 1, 1, n], (i) => values[i] ?? 0),
    frame: frameOf(n, 1),
  }
  const image = oneValue(
    await bench.run('depth/colorize', { inputs: { value }, params: params as never }),
    'image',
    'image',
  )
  const planes = data(image)
  const rgb = Float32Array.from({ length: 3 * n }, (_, i) => planes[(i % 3) * n + Math.floor(i / 3)] ?? 0)
  image.tensor.release()
  value.tensor.release()
  expect(bench.backend.bytes).toBe(0)
  return rgb
}

const colours = async (...of: Parameters<typeof drawn>): Promise<number[]> =>
  Array.from(await drawn(...of), (v) => Math.trunc(Math.fround(v * 255)))

const worst = (a: readonly number[], b: ArrayLike<number>): number =>
  a.length === b.length ? a.reduce((most, v, i) => Math.max(most, Math.abs(v - (b[i] ?? NaN))), 0) : Infinity

const bytesOf = async (name: string): Promise<Uint8Array> =>
  (await rawTensors(CASES)).get(name)?.bytes ?? new Uint8Array()
const valuesOf = async (name: string): Promise<Float32Array> => (await fixtureTensorsOfFloats()).f32(name)
const fixtureTensorsOfFloats = () => fixtureTensors(CASES)

describe('Colorize', () => {
  it.each([
    ['diffusers.Spectral.bytes', { colormap: 'Spectral' }],
    ['diffusers.Spectral_r.bytes', { colormap: 'Spectral', invert: true }],
    ['diffusers.binary.bytes', { colormap: 'binary' }],
    ['diffusers.binary_r.bytes', { colormap: 'binary', invert: true }],
  ])('gives the bytes of %s', async (name, params) => {
    expect(worst(await colours(await valuesOf('positions'), params), await bytesOf(name))).toBe(0)
  })

  it.each(['Spectral', 'binary'])('gives the floats of diffusers’ %s', async (colormap) => {
    const expected = await valuesOf(`diffusers.${colormap}.float`)
    expect(maxAbsDifference(await drawn(await valuesOf('positions'), { colormap }), expected)).toBeLessThan(1e-6)
  })

  it.each(['viridis', 'magma', 'inferno', 'plasma', 'turbo', 'cividis'])(
    'has all 256 colours of %s',
    async (colormap) => {
      const middles = Array.from({ length: 256 }, (_, i) => (i + 0.5) / 256)
      expect(worst(await colours(middles, { colormap }), await bytesOf(`matplotlib.${colormap}`))).toBe(0)
    },
  )

  it('has greys within one level of matplotlib’s 256, without their steps', async () => {
    const middles = Array.from({ length: 256 }, (_, i) => (i + 0.5) / 256)
    expect(worst(await colours(middles, { colormap: 'grey' }), await bytesOf('matplotlib.gray'))).toBeLessThanOrEqual(1)
    const values = await valuesOf('values')
    const theirs = await bytesOf('matplotlib_of_values.gray')
    expect(worst(await colours(values, { colormap: 'grey' }), theirs)).toBeLessThanOrEqual(1)
  })

  it.each([
    ['viridis', { colormap: 'viridis' }],
    ['viridis_r', { colormap: 'viridis', invert: true }],
    ['turbo', { colormap: 'turbo' }],
  ])('looks %s up as matplotlib does', async (name, params) => {
    expect(worst(await colours(await valuesOf('values'), params), await bytesOf(`matplotlib_of_values.${name}`))).toBe(
      0,
    )
  })

  it.each([
    ['#ff8800-#001122', { colormap: 'custom-2', near: '#ff8800', far: '#001122' }],
    ['#ffe08a-#c2417c-#1b1464', { colormap: 'custom-3', near: '#ffe08a', middle: '#c2417c', far: '#1b1464' }],
    ['#000000-#ff0000-#000000', { colormap: 'custom-3', near: '#000000', middle: '#ff0000', far: '#000000' }],
  ])(
    'has all 256 colours of matplotlib’s gradient through %s, and inverted the same backwards',
    async (name, params) => {
      const middles = Array.from({ length: 256 }, (_, i) => (i + 0.5) / 256)
      const theirs = await valuesOf(`from_list.${name}`)
      expect(maxAbsDifference(await drawn(middles, params), theirs)).toBeLessThan(1e-7)
      const backwards = await drawn(middles.toReversed(), { ...params, invert: true })
      expect(maxAbsDifference(backwards, theirs)).toBeLessThan(1e-6)
    },
  )

  it('looks a gradient up as matplotlib does, in all of its three default colours', async () => {
    const theirs = await valuesOf('from_list_of_values')
    expect(maxAbsDifference(await drawn(await valuesOf('values'), { colormap: 'custom-3' }), theirs)).toBeLessThan(1e-7)
  })

  it.each([
    ['visualize_depth.Spectral.0.0.1.0', { colormap: 'Spectral' }],
    ['visualize_depth.binary.0.0.1.0', { colormap: 'binary' }],
    ['visualize_depth.Spectral.0.2.0.7', { colormap: 'Spectral', min: 0.2, max: 0.7 }],
    ['visualize_depth.viridis.0.0.1.0', { colormap: 'viridis' }],
  ])('equals %s within one level', async (name, params) => {
    expect(worst(await colours(await valuesOf('depth'), params), await bytesOf(name))).toBeLessThanOrEqual(1)
  })

  it('saturates uncertainty at its 95th percentile, as visualize_uncertainty', async () => {
    const grey = await bytesOf('visualize_uncertainty.95')
    const rgb = await colours(await valuesOf('uncertainty'), { colormap: 'grey', range: 'auto' }, 'uncertainty')
    expect(
      worst(
        rgb.filter((_, i) => i % 3 === 0),
        grey,
      ),
    ).toBeLessThanOrEqual(1)
  })

  it('gives uncertainty that is zero everywhere one colour', async () => {
    expect(await colours([0, 0], { colormap: 'grey', range: 'auto' }, 'uncertainty')).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('draws what is not finite black, and leaves it out of an auto range', async () => {
    const [white, black] = [
      [255, 255, 255],
      [0, 0, 0],
    ]
    const given = [NaN, Infinity, -Infinity, 0.2, 0.4]
    const drawn = [black, black, black, white, black].flat()
    expect(await colours(given, { colormap: 'binary', min: 0.2, max: 0.4 })).toEqual(drawn)
    expect(await colours(given, { colormap: 'binary', range: 'auto' })).toEqual(drawn)
    expect(await colours(given, { colormap: 'viridis' })).toEqual([
      ...Array(9).fill(0),
      ...(await colours([0.2, 0.4], { colormap: 'viridis' })),
    ])
    expect(await colours([NaN, NaN], { colormap: 'binary', range: 'auto' })).toEqual([...black, ...black])
  })

  it('refuses an empty range', async () => {
    await expect(colours([0.5], { min: 0.7, max: 0.7 })).rejects.toMatchObject({ code: 'node/empty-range' })
  })
})
