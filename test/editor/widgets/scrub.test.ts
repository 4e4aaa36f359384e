import fc from 'fast-check'
import { expect, it } from 'vitest'
import { scrubbed, shareOf, snap, stepped } from '../../../src/editor/widgets/scrub.ts'

const range = { min: 0, max: 100, step: 1, slider: [1, 10] as const }

it('drags the whole slider over its width, a tenth of it with Shift', () => {
  expect(scrubbed(range, 1, 180, false)).toBe(10)
  expect(scrubbed(range, 1, 1000, false)).toBe(10)
  expect(scrubbed({ ...range, step: 0.1 }, 1, 180, true)).toBeCloseTo(1.9)
})

it('goes in tenths of the slider with Ctrl', () => {
  const unit = { min: 0, max: 5, step: 0.01, slider: [0, 1] as const }
  expect(scrubbed(unit, 0.33, 0, false, true)).toBeCloseTo(0.3)
  expect(scrubbed(unit, 0.33, 30, false, true)).toBeCloseTo(0.5)
  expect(scrubbed(range, 1, 30, false, true)).toBe(3)
})

it('keeps a typed value beyond the slider, and never jumps when the drag begins', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), (start) => {
      expect(scrubbed(range, start, 0, false)).toBe(start)
    }),
  )
})

it('stays inside the limits and on the steps', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (value) => {
      const snapped = snap({ min: 0, max: 1, step: 0.05 }, value)
      expect(snapped).toBeGreaterThanOrEqual(0)
      expect(snapped).toBeLessThanOrEqual(1)
      expect(Math.abs(snapped / 0.05 - Math.round(snapped / 0.05))).toBeLessThan(1e-9)
    }),
  )
})

it('shows logarithmic parameters by their logarithm', () => {
  const log = { min: 1e-6, max: 1, step: 1e-6, scale: 'log' as const }
  expect(shareOf(log, 1e-3)).toBeCloseTo(0.5)
  expect(shareOf(range, 500)).toBe(1)
})

it('a logarithmic value is dragged by ratio, keeps two digits, and steps by its second digit', () => {
  const log = { min: 0, max: 10, step: 0.005, slider: [0.001, 1] as const, scale: 'log' as const }
  expect(scrubbed(log, 0.02, 60, false)).toBe(0.2)
  expect(scrubbed(log, 0.02, -60, false)).toBe(0.002)
  expect(scrubbed(log, 0.02, -1000, false)).toBe(0.001)
  expect(stepped(log, 0.02, 1)).toBe(0.021)
  expect(stepped(log, 0.1, -1)).toBe(0.099)
  expect(stepped(log, 0.099, 1)).toBe(0.1)
  expect(stepped(log, 0, -1)).toBe(0)
})

it('a logarithmic value at 0, which has no ratio, can be dragged up and stays down', () => {
  const log = { min: 0, max: 10, step: 0.005, slider: [0.001, 1] as const, scale: 'log' as const }
  expect(scrubbed(log, 0, 60, false)).toBe(0.01)
  expect(scrubbed(log, 0, -60, false)).toBe(0)
})
