import { expect, test } from 'vitest'
import { levelsOf } from '../../src/tensor/levels.ts'

test('every finite number is in one bin, the largest in the last', () => {
  const { low, high, mean, counts, notFinite } = levelsOf(Float32Array.of(-1, -0.9, 0, 1, NaN, Infinity), 4)
  expect([low, high, notFinite]).toEqual([-1, 1, 2])
  expect(mean).toBeCloseTo(-0.225, 6)
  expect(counts).toEqual([2, 0, 1, 1])
})

test('a flat picture is in the first bin; without a finite number there is nothing in any', () => {
  expect(levelsOf(Float32Array.of(0.5, 0.5), 2)).toEqual({
    low: 0.5,
    high: 0.5,
    mean: 0.5,
    counts: [2, 0],
    notFinite: 0,
  })
  expect(levelsOf(Float32Array.of(NaN), 2)).toEqual({ low: 0, high: 0, mean: 0, counts: [0, 0], notFinite: 1 })
})
