import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyColours, fitColours } from '../../src/tensor/latent-colours.ts'

const random = (seed: number) => {
  let state = seed >>> 0
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5
}

test('a linear decoder is found, for any number of channels', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 40, max: 200 }), fc.nat(), (channels, n, seed) => {
      const next = random(seed)
      const latent = Float32Array.from({ length: channels * n }, () => 4 * next())
      const truth = [0, 1, 2].map(() => Array.from({ length: channels + 1 }, next))
      const colours = applyColours(truth, latent, n)
      const found = applyColours(fitColours(latent, colours, channels), latent, n)
      found.forEach((value, i) => expect(Math.abs(value - (colours[i] ?? 0))).toBeLessThan(0.01))
    }),
    { numRuns: 100 },
  )
})

test('one cell, a picture of one colour, and channels that never change give finite colours near the truth', () => {
  for (const n of [1, 50]) {
    const colours = new Float32Array(3 * n).fill(0.3)
    for (const latent of [new Float32Array(4 * n), new Float32Array(4 * n).fill(2)]) {
      const found = applyColours(fitColours(latent, colours, 4), latent, n)
      for (const value of found) expect(value).toBeCloseTo(0.3, 2)
    }
  }
})
