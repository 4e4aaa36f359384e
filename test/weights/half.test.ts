import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bf16ToF32, f16ToF32, f32ToF16 } from '../../src/weights/half.ts'

const one = (h: number) => f16ToF32(Uint16Array.of(h))[0]
const round = (x: number) => f32ToF16(Float32Array.of(x))[0]
const ALL = Uint16Array.from({ length: 65536 }, (_, h) => h)

it('float16 has the values IEEE 754 gives it', () => {
  expect(one(0x0000)).toBe(0)
  expect(one(0x8000)).toBe(-0)
  expect(one(0x3c00)).toBe(1)
  expect(one(0xc000)).toBe(-2)
  expect(one(0x0001)).toBe(2 ** -24)
  expect(one(0x03ff)).toBe(2 ** -14 - 2 ** -24)
  expect(one(0x0400)).toBe(2 ** -14)
  expect(one(0x7bff)).toBe(65504)
  expect(one(0x7c00)).toBe(Infinity)
  expect(one(0xfc00)).toBe(-Infinity)
  expect(one(0x7e00)).toBeNaN()
  expect(one(0x3555)).toBe(1365 / 4096)
})

it('every float16 comes back from float32 unchanged', () => {
  const back = f32ToF16(f16ToF32(ALL))
  const wrong: number[] = []
  for (let h = 0; h < 65536; h++) {
    const nan = (h & 0x7fff) > 0x7c00
    if ((nan ? (back[h] ?? 0) & 0x7e00 : back[h]) !== (nan ? 0x7e00 : h)) wrong.push(h)
  }
  expect(wrong).toEqual([])
})

it('rounding to float16 picks the nearest, ties to even', () => {
  expect(round(1 + 2 ** -11)).toBe(0x3c00)
  expect(round(1 + 3 * 2 ** -11)).toBe(0x3c02)
  expect(round(1 + 2 ** -11 + 2 ** -23)).toBe(0x3c01)
  expect(round(2 ** -25)).toBe(0)
  expect(round(2 ** -25 * (1 + 2 ** -23))).toBe(1)
  expect(round(3 * 2 ** -25)).toBe(2)
  expect(round(2 ** -14 - 2 ** -26)).toBe(0x0400)
  expect(round(65519.996)).toBe(0x7bff)
  expect(round(65520)).toBe(0x7c00)
  expect(round(-1e30)).toBe(0xfc00)
  expect(round(2 ** -149)).toBe(0)
  expect(round(-0)).toBe(0x8000)
})

it('no other float16 is nearer than the one chosen', () => {
  const finite = [...f16ToF32(ALL)].filter((x) => Number.isFinite(x)).sort((a, b) => a - b)
  fc.assert(
    fc.property(
      fc.oneof(
        fc.float({ min: -65504, max: 65504, noNaN: true }),
        fc.float({ min: -(2 ** -10), max: 2 ** -10, noNaN: true }),
      ),
      (x) => {
        const chosen = one(round(x) ?? 0) ?? NaN
        let low = 0
        let high = finite.length
        while (low < high) {
          const middle = (low + high) >> 1
          if ((finite[middle] ?? 0) < x) low = middle + 1
          else high = middle
        }
        const best = Math.min(...[low - 1, low].map((i) => Math.abs((finite[i] ?? Infinity) - x)))
        expect(Math.abs(chosen - x)).toBe(best)
      },
    ),
    { numRuns: 2000 },
  )
})

it('bfloat16 is the upper half of a float32', () => {
  expect([...bf16ToF32(Uint16Array.of(0x3f80, 0xc040, 0x7f80, 0x0001))]).toEqual([1, -3, Infinity, 2 ** -133])
})
