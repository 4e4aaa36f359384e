import { expect, test } from 'vitest'
import { resize } from '../../../src/gpu/kernels/resize.ts'
import { CpuBackend } from '../../../src/tensor/cpu.ts'
import type { ResizeMethod } from '../../../src/tensor/resize-taps.ts'
import { fixtureJson, fixtureTensors, maxAbsDifference } from '../../support/fixtures.ts'

interface Case {
  readonly in: string
  readonly out: string
  readonly to: readonly [height: number, width: number]
  readonly method: ResizeMethod
  readonly antialias: boolean
}

const { cases } = await fixtureJson<{ cases: readonly Case[] }>('resize/interpolate.json')
const tensors = await fixtureTensors('resize/interpolate.safetensors')

test.each(cases.map((c) => [c.out, c] as const))('%s is torch’s', async (_, c) => {
  const backend = new CpuBackend()
  const x = backend.upload(await tensors.f32(c.in), tensors.dims(c.in))
  const [height, width] = c.to
  const y = resize.cpu([x], { width, height, method: c.method, antialias: c.antialias }, backend)
  expect(y.dims).toEqual(tensors.dims(c.out))
  const expected = await tensors.f32(c.out)
  const largest = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 1)
  expect(maxAbsDifference(y.data, expected) / largest).toBeLessThan(2e-6)
  x.release()
  y.release()
  expect(backend.bytes).toBe(0)
})

const ramp = Float32Array.from({ length: 10 }, (_, i) => i * i)

test.each([
  ['bilinear', true, 4, [1.72727273, 11.56, 34.24, 64.72727273]],
  ['bilinear', false, 4, [0.75, 10.75, 33.25, 68.25]],
  ['bicubic', true, 4, [0.8108283, 10.50128382, 33.79320561, 67.40228645]],
  ['nearest', false, 4, [0, 4, 25, 49]],
  ['nearest-exact', false, 4, [1, 9, 36, 64]],
  [
    'bilinear',
    true,
    15,
    [0, 0.5, 1.5, 3.5, 6.5, 10.1666667, 14.8333333, 20.5, 26.8333333, 34.1666667, 42.5, 51.5, 61.5, 72.5, 81],
  ],
] as const)('%s, antialias %s, of squares to %i pixels', (method, antialias, width, expected) => {
  const backend = new CpuBackend()
  const y = resize.cpu([backend.upload(ramp, [1, 1, 1, 10])], { width, height: 1, method, antialias }, backend)
  expect(maxAbsDifference(y.data, expected)).toBeLessThan(1e-5)
})

test('a size below one pixel is refused', () => {
  const backend = new CpuBackend()
  const x = backend.upload(ramp, [1, 1, 1, 10])
  expect(() => resize.cpu([x], { width: 0, height: 1, method: 'area', antialias: false }, backend)).toThrow(
    expect.objectContaining({ code: 'gpu/wrong-shape' }),
  )
})
