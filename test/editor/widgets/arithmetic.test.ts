import fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { calculate } from '../../../src/editor/widgets/arithmetic.ts'

test.each([
  ['768/2', 384],
  ['2*8+1', 17],
  ['2+8*2', 18],
  ['10-2-3', 5],
  ['(3+1)^2', 16],
  ['2^3^2', 512],
  ['-2^2', -4],
  ['1e-3*5', 0.005],
  ['0,5', 0.5],
  ['.5 + 1.', 1.5],
  ['3 × 4 − 2 ÷ 4', 11.5],
])('%s is %d', (text, value) => expect(calculate(text)).toBeCloseTo(value, 12))

test.each(['', 'x', '1/0', '2*', '(1', '1)', '1 2', '1..2', 'alert(1)', '9'.repeat(101), '1e999'])(
  '“%s” is no number',
  (text) => expect(calculate(text)).toBeUndefined(),
)

it('reads every number as it is written, and never throws', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(calculate(String(value))).toBe(value + 0)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.,+-*/^() e'), maxLength: 100 }), (text) => {
      const value = calculate(text)
      expect(value === undefined || Number.isFinite(value)).toBe(true)
    }),
  )
})
