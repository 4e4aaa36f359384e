import { describe, expect, it } from 'vitest'
import type { DecodedPicture } from '../../src/node/index.ts'
import { floats, rawTensors, type RawTensor } from '../pipelines/support/case.ts'
import { fixtureJson, maxAbsDifference } from '../support/fixtures.ts'
import { Bench, data, oneValue, pictureService } from './support.ts'

interface Case {
  readonly in: string
  readonly out: string
  readonly processing_resolution: number
  readonly method: string
  readonly padding: readonly [height: number, width: number]
  readonly original_resolution: readonly [height: number, width: number]
}

const { cases } = await fixtureJson<{ cases: readonly Case[] }>('resize/preprocess.json')
const stored = await rawTensors('resize/preprocess.safetensors')

const tensor = (name: string): RawTensor => {
  const found = stored.get(name)
  if (found === undefined) throw new Error(`No tensor ${name}.`)
  return found
}

/** A stored picture, [3, H, W] or [H, W], as a decoder gives it. uint16 is stored as int32; floats are n / 255. */
function decoded(name: string): DecodedPicture {
  const { dims, bytes } = tensor(name)
  const [height = 0, width = 0] = dims.slice(-2)
  const pixels = height * width
  if (name.startsWith('gray_uint16')) {
    return { width, height, channels: 1, data: Uint16Array.from(new Int32Array(bytes.buffer)) }
  }
  if (dims.length === 2) return { width, height, channels: 1, data: bytes }
  const samples = name.startsWith('rgb_float') ? floats(tensor(name)).map((v) => Math.round(v * 255)) : bytes
  const sample = (i: number): number => samples[(i % 3) * pixels + Math.floor(i / 3)] ?? 0
  return { width, height, channels: 3, data: Uint8Array.from({ length: 3 * pixels }, (_, i) => sample(i)) }
}

describe('Load Image and Fit to Resolution are MarigoldImageProcessor.preprocess', () => {
  it.each(cases.map((c) => [c.out, c] as const))('%s', async (_name, c) => {
    const bench = new Bench()
    const loaded = await bench.run('input/load-image', {
      params: { picture: { from: 'example', name: 'x' } },
      services: [pictureService(decoded(c.in))],
    })
    const image = oneValue(loaded, 'image', 'image')
    const called = await bench.run('image/fit-resolution', {
      inputs: { image },
      params: { resolution: c.processing_resolution, method: c.method },
    })
    const fitted = oneValue(called, 'image', 'image')
    const expected = tensor(c.out)
    expect(fitted.tensor.dims).toEqual(expected.dims)
    // diffusers' is in -1..1, ours in 0..1 until VAE Encode
    expect(
      maxAbsDifference(
        data(fitted).map((v) => 2 * v - 1),
        floats(expected),
      ),
    ).toBeLessThan(2e-6)
    const { original, content } = fitted.frame
    expect([original.height, original.width]).toEqual(c.original_resolution)
    const [, , height = 0, width = 0] = fitted.tensor.dims
    expect([height - content.height, width - content.width]).toEqual(c.padding)
  })
})
