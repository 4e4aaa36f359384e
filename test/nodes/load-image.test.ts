import { expect, it } from 'vitest'
import { Bench, data, oneValue, pictureService } from './support.ts'

const ref = { picture: { from: 'example', name: 'x' } }

const load = async (channels: 1 | 2 | 3 | 4, samples: Uint8Array | Uint16Array, width = samples.length / channels) => {
  const bench = new Bench()
  const picture = { width, height: 1, channels, data: samples }
  const called = await bench.run('input/load-image', { params: ref, services: [pictureService(picture)] })
  const image = oneValue(called, 'image', 'image')
  const values = [...data(image)]
  image.tensor.release()
  expect(bench.backend.bytes).toBe(0)
  return { values, warnings: called.warnings, image }
}

it('divides 8-bit colour by 255 and puts the channels into planes', async () => {
  const { values, warnings } = await load(3, Uint8Array.of(0, 51, 255, 255, 102, 0))
  expect(values).toEqual([0, 1, Math.fround(0.2), Math.fround(0.4), 1, 0])
  expect(warnings).toEqual([])
})

it('divides 16-bit samples by 65535', async () => {
  const { values } = await load(3, Uint16Array.of(65535, 0, 13107))
  expect(values).toEqual([1, 0, Math.fround(0.2)])
})

it('repeats grey in all three channels', async () => {
  const { values } = await load(1, Uint8Array.of(51))
  expect(values).toEqual(Array(3).fill(Math.fround(0.2)))
})

it('drops alpha that is opaque, without a word', async () => {
  const { values, warnings } = await load(4, Uint8Array.of(255, 0, 51, 255))
  expect(values).toEqual([1, 0, Math.fround(0.2)])
  expect(warnings).toEqual([])
})

it('lays transparent parts over white, and says so', async () => {
  const { values, warnings } = await load(4, Uint8Array.of(0, 255, 0, 0, 0, 0, 0, 51))
  expect(values[0]).toBe(1)
  expect(values[1]).toBeCloseTo(0.8, 6)
  expect(warnings).toEqual([expect.stringContaining('over white')])
})

it('lays grey with alpha over white', async () => {
  const { values, warnings } = await load(2, Uint16Array.of(0, 0))
  expect(values).toEqual([1, 1, 1])
  expect(warnings).toHaveLength(1)
})

it('asks for a picture when none is chosen', async () => {
  await expect(new Bench().run('input/load-image')).rejects.toMatchObject({
    code: 'node/no-picture',
    fix: expect.any(String),
  })
})
