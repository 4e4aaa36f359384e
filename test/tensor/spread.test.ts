import { expect, test } from 'vitest'
import { spreadOf } from '../../src/tensor/spread.ts'

test('the standard deviation of each pixel, as numpy.std with ddof = 1', () => {
  const members = [
    [1, 5, 0],
    [2, 5, 0.5],
    [4, 5, 0],
  ].map((values) => Float32Array.from(values))
  const spread = spreadOf(members, 3)
  expect(spread[0]).toBeCloseTo(1.5275252, 6)
  expect(spread[1]).toBe(0)
  expect(spread[2]).toBeCloseTo(0.2886751, 6)
})

test('of several channels the root of the mean variance', () => {
  // channel 0 differs by 2 (variance 2), channel 1 not at all
  const spread = spreadOf([Float32Array.of(0, 1, 7, 7), Float32Array.of(2, 1, 7, 7)], 2)
  expect([...spread]).toEqual([1, 0])
})

test('a pixel without a value in one member has no spread; its neighbours do', () => {
  const spread = spreadOf([Float32Array.of(NaN, 0, Infinity), Float32Array.of(1, 2, 1)], 3)
  expect(spread[0]).toBeNaN()
  expect(spread[1]).toBeCloseTo(Math.SQRT2, 6)
  expect(spread[2]).toBeNaN()
})
