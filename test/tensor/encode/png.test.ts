import { decode } from 'fast-png'
import { expect, test } from 'vitest'
import { encodePng } from '../../../src/tensor/encode/png.ts'

const planesOf = (width: number, height: number, channels: 1 | 3) => ({
  width,
  height,
  channels,
  planes: Float32Array.from({ length: width * height * channels }, (_, i) => ((i * 7919) % 1009) / 1008),
})

test.each([
  [1, 1, 1, 8],
  [1, 1, 3, 16],
  [37, 3, 3, 8],
  [768, 576, 1, 16],
  [768, 576, 3, 8],
  // One row is more than a band.
  [70_000, 2, 1, 8],
] as const)(
  'a picture of %i × %i in %i channels of %i bits is read back as it was',
  async (width, height, channels, depth) => {
    const picture = planesOf(width, height, channels)
    const png = decode(await encodePng(picture, depth), { checkCrc: true })
    expect([png.width, png.height, png.channels, png.depth]).toEqual([width, height, channels, depth])
    const pixels = width * height
    const wrong = Array.from({ length: pixels * channels }, (_, i) => i).filter((i) => {
      const value = picture.planes[(i % channels) * pixels + Math.floor(i / channels)] ?? 0
      return png.data[i] !== Math.trunc(Math.fround(value * (2 ** depth - 1)))
    })
    expect(wrong).toEqual([])
  },
)

test('it pauses between bands, and ends there when it is aborted', async () => {
  const picture = planesOf(768, 576, 3)
  let pauses = 0
  await encodePng(picture, 8, undefined, async () => void pauses++)
  expect(pauses).toBeGreaterThan(15)
  const stop = new AbortController()
  pauses = 0
  const ended = encodePng(picture, 8, stop.signal, async () => {
    if (++pauses === 3) stop.abort(new Error('stopped'))
  })
  await expect(ended).rejects.toThrow('stopped')
  expect(pauses).toBe(3)
})
