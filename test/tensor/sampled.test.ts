import { expect, it } from 'vitest'
import { sampled } from '../../src/tensor/sampled.ts'

it('leaves a plane as it is that is small enough', () => {
  const plane = { width: 3, height: 2, values: Float32Array.of(1, 2, 3, 4, 5, 6) }
  expect(sampled(plane, 3)).toEqual(plane)
})

it('takes the pixel in the middle of each part and averages nothing', () => {
  const values = Float32Array.from({ length: 6 * 3 }, (_, i) => i)
  expect(sampled({ width: 6, height: 3, values }, 2)).toEqual({ width: 2, height: 1, values: Float32Array.of(7, 10) })
})

it('keeps a side of one pixel, and numbers that are none', () => {
  const { width, height, values } = sampled({ width: 1000, height: 1, values: new Float32Array(1000).fill(NaN) }, 10)
  expect([width, height, values.length]).toEqual([10, 1, 10])
  expect(values.every(Number.isNaN)).toBe(true)
})
