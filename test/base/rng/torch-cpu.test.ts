import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Mt19937 } from '../../../src/base/rng/mt19937.ts'
import { ensembleNoise, noiseGenerator, type NoiseKind } from '../../../src/base/rng/noise.ts'
import { fixtureJson, fixtureTensors, maxAbsDifference as distance } from '../../support/fixtures.ts'

interface Case {
  readonly name: string
  readonly seed: string
  readonly draws: readonly number[]
}
const { cases } = await fixtureJson<{ cases: readonly Case[] }>('randn/torch_cpu.json')
const recorded = await fixtureTensors('randn/torch_cpu.safetensors')
const drawn = (seed: number, draws: readonly number[]) => {
  const generator = noiseGenerator('torch-cpu', seed)
  return draws.flatMap((n) => [...generator.randn(n)])
}

/** torch computes the logarithm and the angle in float32 with its own polynomials. */
const TOLERANCE = 5e-7

it('the Mersenne Twister gives the published sequence of seed 5489', () => {
  const mt = new Mt19937(5489)
  expect([mt.uint32(), mt.uint32(), mt.uint32()]).toEqual([3499211612, 581869302, 3890346734])
  mt.skip(9999 - 3)
  expect(mt.uint32()).toBe(4123659995)
})

it('skipping is drawing and throwing away', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1500), { minLength: 1, maxLength: 5 }), (jumps) => {
      const [skipped, drawn] = [new Mt19937(7), new Mt19937(7)]
      for (const n of jumps) {
        skipped.skip(n)
        for (let i = 0; i < n; i++) drawn.uint32()
        expect(skipped.uint32()).toBe(drawn.uint32())
      }
    }),
  )
})

describe('torch.randn on the CPU', () => {
  it.each(cases)('$name', async ({ name, seed, draws }) => {
    expect(distance(drawn(Number(seed), draws), await recorded.f32(name))).toBeLessThan(TOLERANCE)
  })

  it('of a latent, seed 2024', async () => {
    const values = noiseGenerator('torch-cpu', 2024).randn(4 * 72 * 96)
    expect(distance(values.subarray(0, 4096), await recorded.f32('latent.seed2024.1x4x72x96.first4096'))).toBeLessThan(
      TOLERANCE,
    )
  })

  it('of published first values, seed 0 and seed 42', () => {
    const seed0 = [-1.1258398, -1.1523602, -0.25057858, -0.43387884, 0.8487103, 0.69200915, -0.31601277, -2.1152194]
    expect(distance(drawn(0, [64]).slice(0, 8), seed0)).toBeLessThan(1e-6)
    const seed42 = [1.9269, 1.4873, 0.9007, -2.1055, 0.6784, -1.2345, -0.0431, -1.6047]
    expect(distance(drawn(42, [64]).slice(0, 8), seed42)).toBeLessThan(6e-5)
  })

  it.each([1, 3])('of %d members at once', async (members) => {
    for (const size of ['4x6x8', '4x1x2']) {
      const whole = await recorded.f32(`members${members}.${size}`)
      const n = whole.length / members
      for (let member = 0; member < members; member++) {
        const one = ensembleNoise('torch-cpu', 2024, n, member, members)
        expect(distance(one, whole.subarray(member * n, (member + 1) * n))).toBeLessThan(TOLERANCE)
      }
    }
  })
})

describe.each<NoiseKind>(['torch-cpu', 'torch-cuda', 'zeros'])('%s', (kind) => {
  it('a part of a draw is a slice of it, and leaves the generator where the draw would', () => {
    const draw = fc.nat(1400).chain((n) => fc.tuple(fc.constant(n), fc.nat(n), fc.nat(n)))
    fc.assert(
      fc.property(fc.nat(), fc.array(draw, { minLength: 1, maxLength: 4 }), (seed, draws) => {
        const [whole, parts] = [noiseGenerator(kind, seed), noiseGenerator(kind, seed)]
        for (const [n, a, b] of draws) {
          const [begin, end] = [Math.min(a, b), Math.max(a, b)]
          expect(parts.part(n, begin, end)).toEqual(whole.randn(n).slice(begin, end))
        }
        expect(parts.randn(21)).toEqual(whole.randn(21))
      }),
      { numRuns: 60 },
    )
  })

  it('a member keeps its noise when the ensemble grows, if it has a multiple of 16 values', () => {
    for (const [member, n] of [
      [0, 16],
      [2, 48],
      [3, 1008],
    ] as const) {
      const of4 = ensembleNoise(kind, 9, n, member, 4)
      expect(ensembleNoise(kind, 9, n, member, 7)).toEqual(of4)
    }
  })
})

it('members differ from each other', () => {
  expect(ensembleNoise('torch-cpu', 0, 64, 0, 2)).not.toEqual(ensembleNoise('torch-cpu', 0, 64, 1, 2))
})
