import fc from 'fast-check'
import { expect, test } from 'vitest'
import { initialMaps } from '../../src/tensor/ensemble/align.ts'
import { evaluate, type AtExtremes, type Maps, type Moments } from '../../src/tensor/ensemble/objective.ts'
import { alignReduce, type Reduction } from '../../src/tensor/ensemble/reduce.ts'

const value = fc.integer({ min: 0, max: 1000 }).map((v) => v / 1000)
const factor = fc.integer({ min: 500, max: 1500 }).map((v) => v / 1000)
const cases = fc.integer({ min: 2, max: 7 }).chain((members) =>
  fc.integer({ min: 2, max: 40 }).chain((pixels) =>
    fc.record({
      pixels: fc.constant(pixels),
      stack: fc
        .array(value, { minLength: members * pixels, maxLength: members * pixels })
        .map((v) => Float32Array.from(v)),
      scales: fc.array(factor, { minLength: members, maxLength: members }),
      shifts: fc.array(value, { minLength: members, maxLength: members }),
      reduction: fc.constantFrom<Reduction>('median', 'mean'),
    }),
  ),
)

function reduced(stack: Float32Array, { scales, shifts }: Maps, reduction: Reduction, pixels: number): Float32Array {
  const p = new Float32Array(pixels)
  alignReduce(stack, scales, shifts, reduction, p, undefined)
  return p
}

/** The members where P is smallest, and where it is largest. */
function atExtremes(stack: Float32Array, maps: Maps, reduction: Reduction, pixels: number): AtExtremes {
  const p = reduced(stack, maps, reduction, pixels)
  const at = (pixel: number): readonly number[] => maps.scales.map((_, m) => stack[m * pixels + pixel] ?? 0)
  return [at(p.indexOf(Math.min(...p))), at(p.indexOf(Math.max(...p)))]
}

/** Far from where the cost is asked for, so that every term counts. */
function momentsOf(stack: Float32Array, members: number, pixels: number): Moments {
  const initial = {
    scales: Array.from({ length: members }, (_, m) => 0.8 + 0.1 * m),
    shifts: Array.from({ length: members }, (_, m) => 0.05 * m),
  }
  const a = (m: number, i: number): number =>
    (initial.scales[m] ?? 0) * (stack[m * pixels + i] ?? 0) + (initial.shifts[m] ?? 0)
  const v = (m: number, i: number): number => (m === 0 ? a(0, i) - 0.5 : a(m, i) - a(0, i))
  const mean = (f: (i: number) => number): number =>
    Array.from({ length: pixels }, (_, i) => f(i)).reduce((sum, x) => sum + x, 0) / pixels
  return {
    initial,
    mean: initial.scales.map((_, m) => mean((i) => v(m, i))),
    product: initial.scales.map((_, k) => initial.scales.map((__, l) => mean((i) => v(k, i) * v(l, i)))),
  }
}

/** The objective as it is written, pixel by pixel. */
function costByPixels(stack: Float32Array, maps: Maps, reduction: Reduction, pixels: number, strength: number): number {
  const a = maps.scales.map((s, m) =>
    Array.from({ length: pixels }, (_, i) => s * (stack[m * pixels + i] ?? 0) + (maps.shifts[m] ?? 0)),
  )
  let cost = 0
  a.forEach((x, i) =>
    a.slice(i + 1).forEach((y) => {
      cost += Math.sqrt(x.reduce((sum, v, k) => sum + (v - (y[k] ?? 0)) ** 2, 0) / pixels)
    }),
  )
  const p = reduced(stack, maps, reduction, pixels)
  return cost + strength * (Math.abs(Math.min(...p)) + Math.abs(1 - Math.max(...p)))
}

test('cost from moments is the cost from pixels, and its gradient is the slope of it', () => {
  fc.assert(
    fc.property(cases, ({ stack, pixels, reduction, scales, shifts }) => {
      const members = scales.length
      const moments = momentsOf(stack, members, pixels)
      const at = (maps: Maps) => {
        return evaluate(maps, moments, atExtremes(stack, maps, reduction, pixels), reduction, 0.02)
      }
      const here = at({ scales, shifts })
      const plain = costByPixels(stack, { scales, shifts }, reduction, pixels, 0.02)
      fc.pre(plain > 0.05)
      expect(Math.abs(here.cost - plain)).toBeLessThan(1e-6)
      // Along one direction through both kinds of parameters; kinks (a draw for the median) differ on both sides.
      const h = 1e-6
      const moved = (sign: number): Maps => ({
        scales: scales.map((s, m) => s + sign * h * Math.cos(m)),
        shifts: shifts.map((t, m) => t + sign * h * Math.sin(1 + m)),
      })
      const [ahead, behind] = [at(moved(1)).cost, at(moved(-1)).cost]
      fc.pre(Math.abs((ahead - here.cost) / h - (here.cost - behind) / h) < 1e-4)
      const slope = here.scaleGradient.reduce(
        (sum, g, m) => sum + g * Math.cos(m) + (here.shiftGradient[m] ?? 0) * Math.sin(1 + m),
        0,
      )
      expect(Math.abs((ahead - behind) / (2 * h) - slope)).toBeLessThan(2e-4)
    }),
    { seed: 12, numRuns: 200 },
  )
})

test('initial alignment takes every member to 0..1, or its maximum to 1', () => {
  const bounds = [
    { min: 0.1, max: 0.9 },
    { min: 0.2, max: 0.8 },
    { min: 0, max: 1 },
  ]
  const { scales, shifts } = initialMaps(bounds, 'affine')
  expect(scales.map((s) => +s.toFixed(6))).toEqual([1.25, 1.666667, 1])
  expect(shifts.map((t) => +t.toFixed(6) + 0)).toEqual([-0.125, -0.333333, 0])
  expect(initialMaps(bounds, 'scale').scales.map((s) => +s.toFixed(6))).toEqual([1.111111, 1.25, 1])
})

test('median, mean and their spreads as in the worked example', () => {
  const stack = Float32Array.from([0, 0.5, 1, 0.25, 0, 2 / 3, 1, 0.25, 0, 0.45, 1, 0.25])
  const [value, deviation] = [new Float32Array(4), new Float32Array(4)]
  const none = [[1, 1, 1] as const, [0, 0, 0] as const] as const
  alignReduce(stack, ...none, 'median', value, deviation)
  expect([...value]).toEqual([0, 0.5, 1, 0.25])
  expect(deviation[1]).toBeCloseTo(0.05, 6)
  alignReduce(stack, ...none, 'mean', value, deviation)
  expect(value[1]).toBeCloseTo(0.53888889, 6)
  expect(deviation[1]).toBeCloseTo(0.11344765, 6)
})

test('median and its deviation are those of sorted values, for every number of members and pixels', () => {
  const middle = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? NaN
  const random = fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 3, 4, 1025))
    .chain(([members, pixels]) =>
      fc.record({ members: fc.constant(members), pixels: fc.constant(pixels), seed: fc.nat() }),
    )
  fc.assert(
    fc.property(random, ({ members, pixels, seed }) => {
      const stack = Float32Array.from({ length: members * pixels }, (_, i) => Math.sin(seed + i * i))
      const [median, deviation] = [new Float32Array(pixels), new Float32Array(pixels)]
      const each = <T>(value: T): T[] => new Array<T>(members).fill(value)
      alignReduce(stack, each(1), each(0), 'median', median, deviation)
      for (let p = 0; p < pixels; p++) {
        const values = Array.from({ length: members }, (_, m) => stack[m * pixels + p] ?? 0)
        const expected = middle(values)
        if (median[p] !== expected) throw new Error(`median of ${values.join(', ')} is not ${median[p]}`)
        const spread = middle(values.map((v) => Math.fround(Math.abs(v - expected))))
        if (deviation[p] !== spread) throw new Error(`deviation of ${values.join(', ')} is not ${deviation[p]}`)
      }
    }),
    { seed: 13, numRuns: 200 },
  )
})

test('a member without a value leaves the pixel without one', () => {
  const stack = Float32Array.from([0.1, NaN, 0.2, 0.5, 0.3, 0.6])
  const [value, deviation] = [new Float32Array(2), new Float32Array(2)]
  for (const reduction of ['median', 'mean'] as const) {
    alignReduce(stack, [1, 1, 1], [0, 0, 0], reduction, value, deviation)
    expect(value[0]).toBeCloseTo(0.2)
    expect([value[1], deviation[1]]).toEqual([NaN, NaN])
  }
})

test('the median of an even number is the lower middle', () => {
  const value = new Float32Array(1)
  alignReduce(Float32Array.from([4, 1, 3, 2]), [1, 1, 1, 1], [0, 0, 0, 0], 'median', value, undefined)
  expect(value[0]).toBe(2)
})
