import { describe, expect, it } from 'vitest'
import { Bench, data, frameOf, oneValue } from './support.ts'
import { fixtureJson } from '../support/fixtures.ts'
import { AFFINE_DEPTH } from '../support/meaning.ts'

const picture = (bench: Bench, width: number, height: number) => ({
  kind: 'image' as const,
  tensor: bench.tensor([1, 3, height, width], (i) => (i % 97) / 97),
  frame: frameOf(width, height),
})

async function fit(width: number, height: number, resolution: number | null, method = 'bilinear') {
  const bench = new Bench()
  const image = picture(bench, width, height)
  const called = await bench.run('image/fit-resolution', { inputs: { image }, params: { resolution, method } })
  const fitted = oneValue(called, 'image', 'image')
  const values = data(fitted).slice()
  fitted.tensor.release()
  image.tensor.release()
  expect(bench.backend.bytes).toBe(0)
  return { fitted, values, dims: fitted.tensor.dims.slice(2), content: fitted.frame.content }
}

describe('Fit to Resolution', () => {
  it.each([
    [1920, 1080, 768, [432, 768], [432, 768]],
    [640, 480, 768, [576, 768], [576, 768]],
    [1000, 700, 768, [537, 768], [544, 768]],
    [33, 96, 16, [16, 5], [16, 8]],
    [9, 13, 64, [64, 44], [64, 48]],
    [40, 56, 0, [56, 40], [56, 40]],
    [41, 55, 0, [55, 41], [56, 48]],
  ])(
    'makes %i × %i at %i as the reference does, then pads to 8',
    async (width, height, resolution, content, padded) => {
      const made = await fit(width, height, resolution)
      expect([made.content.height, made.content.width]).toEqual(content)
      expect(made.dims).toEqual(padded)
      expect(made.fitted.frame.original).toEqual({ width, height })
    },
  )

  it('pads as diffusers’ table of sizes, and refuses what it refuses', async () => {
    const { rows } = await fixtureJson<{ rows: readonly (readonly (number | null)[])[] }>('resize/sizes.json')
    const small = rows.filter((row) => row.slice(0, 3).every((n) => (n ?? 0) <= 512))
    expect(small.some(([, , , newH]) => newH === null)).toBe(true)
    for (const [h, w, resolution, newH, newW, , , latentH, latentW] of small) {
      const made = fit(w ?? 0, h ?? 0, resolution ?? 0, 'nearest')
      if (newH === null) {
        await expect(made).rejects.toMatchObject({ code: 'node/extreme-aspect-ratio' })
        continue
      }
      const { content, dims } = await made
      expect([content.height, content.width, ...dims.map((side) => side / 8)]).toEqual([newH, newW, latentH, latentW])
    }
  })

  it('repeats the last pixels in the padding', async () => {
    const { values, dims } = await fit(5, 3, 0)
    const [height = 0, width = 0] = dims
    const at = (y: number, x: number): number | undefined => values[y * width + x]
    expect([height, width]).toEqual([8, 8])
    expect(at(1, 7)).toBe(at(1, 4))
    expect(at(7, 2)).toBe(at(2, 2))
    expect(at(7, 7)).toBe(at(2, 4))
  })

  it('refuses a side that would vanish', async () => {
    await expect(fit(1000, 1, 64)).rejects.toMatchObject({
      code: 'node/extreme-aspect-ratio',
      message: expect.stringContaining('Extreme aspect ratio'),
    })
  })

  it('says what is missing when neither it nor a checkpoint names a resolution', async () => {
    await expect(fit(10, 10, null)).rejects.toMatchObject({ code: 'node/no-resolution' })
  })
})

describe('Match Image Size', () => {
  it('cuts padding off, then scales without smoothing', async () => {
    const bench = new Bench()
    const value = {
      kind: 'depth' as const,
      meaning: AFFINE_DEPTH,
      tensor: bench.tensor([1, 1, 2, 8], (i) => (i % 8 < 4 ? i % 8 : 99)),
      frame: { original: { width: 2, height: 2 }, content: { width: 4, height: 2 } },
    }
    const like = picture(bench, 2, 2)
    const called = await bench.run('image/match-size', { inputs: { value, like } })
    const matched = oneValue(called, 'value', 'depth')
    expect([...data(matched)]).toEqual([0.5, 2.5, 0.5, 2.5])
    expect(matched.frame).toEqual(frameOf(2, 2))
    for (const { tensor } of [value, like, matched]) tensor.release()
    expect(bench.backend.bytes).toBe(0)
  })

  it('passes on what has the size already', async () => {
    const bench = new Bench()
    const value = { kind: 'uncertainty' as const, tensor: bench.tensor([1, 1, 2, 2], (i) => i), frame: frameOf(2, 2) }
    const like = picture(bench, 2, 2)
    const matched = oneValue(await bench.run('image/match-size', { inputs: { value, like } }), 'value', 'uncertainty')
    expect(matched.tensor).toBe(value.tensor)
    for (const { tensor } of [value, like, matched]) tensor.release()
    expect(bench.backend.bytes).toBe(0)
  })
})
