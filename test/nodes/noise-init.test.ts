import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodes } from '../../src/app/registry.ts'
import { Bench, data, frameOf, oneValue } from './support.ts'

async function draw(h: number, w: number, index: number, count: number, params: object = {}) {
  const bench = new Bench()
  const like = {
    kind: 'latent' as const,
    tensor: bench.tensor([1, 4, h, w], () => 0),
    frame: frameOf(8 * w, 8 * h),
    factor: 8,
  }
  const called = await bench.run('depth/noise-init', {
    inputs: { like },
    params: { seed: 2024, ...params },
    member: { index, count },
  })
  const noise = oneValue(called, 'noise', 'latent')
  const values = data(noise).slice()
  noise.tensor.release()
  like.tensor.release()
  expect(bench.backend.bytes).toBe(0)
  return { values, noise, warnings: called.warnings }
}

const key = (params: object, index: number, count: number): unknown =>
  nodes
    .get('depth/noise-init')
    ?.expand?.key({ seed: 1, generator: 'torch-cpu', one_draw: false, ...params } as never, { index, count })

describe('Noise Init', () => {
  it('gives the noise that torch gives for seed 2024', async () => {
    const { values } = await draw(72, 96, 0, 1)
    const expected = [-1.2262355, -0.00931482, 1.541958, -0.4656696, 0.27950305, -0.2609802]
    expected.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 5))
  })

  it('gives the noise that torch gives on CUDA for seed 0', async () => {
    const { values } = await draw(1, 3, 0, 1, { generator: 'torch-cuda', seed: 0 })
    const expected = [-0.92466259, -0.42534415, -2.6438457, 0.14518388, -0.12086647, -0.57972564]
    expected.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 5))
  })

  it('says in its key all that a member depends on', async () => {
    const shape = fc.record({ h: fc.integer({ min: 1, max: 5 }), w: fc.integer({ min: 1, max: 5 }) })
    const members = fc.record({
      index: fc.nat(4),
      more: fc.integer({ min: 1, max: 4 }),
      others: fc.integer({ min: 1, max: 4 }),
    })
    const generator = fc.constantFrom('torch-cpu', 'torch-cuda', 'zeros')
    await fc.assert(
      fc.asyncProperty(
        shape,
        members,
        generator,
        fc.boolean(),
        async ({ h, w }, { index, more, others }, generator, one_draw) => {
          const [a, b] = [index + more, index + others]
          const params = { generator, one_draw }
          if (JSON.stringify(key(params, index, a)) !== JSON.stringify(key(params, index, b))) return
          const [first, second] = [await draw(h, w, index, a, params), await draw(h, w, index, b, params)]
          expect(first.values).toEqual(second.values)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('keeps its members when an ensemble grows', () => {
    expect(key({}, 3, 4)).toEqual(key({}, 3, 6))
    expect(key({}, 3, 4)).not.toEqual(key({}, 2, 4))
  })

  it('is one torch.randn of all members where their size is a multiple of 16', async () => {
    for (const index of [0, 1, 2]) {
      const [apart, together] = [await draw(4, 5, index, 3), await draw(4, 5, index, 3, { one_draw: true })]
      expect(apart.values).toEqual(together.values)
    }
  })

  it('draws zeros, and warns that an ensemble of them is none', async () => {
    const { values, warnings } = await draw(2, 2, 1, 3, { generator: 'zeros' })
    expect(values.every((value) => value === 0)).toBe(true)
    expect(warnings).toHaveLength(1)
  })

  it('says where its noise came from', async () => {
    const { noise } = await draw(2, 2, 2, 3, { generator: 'torch-cuda', seed: 7 })
    expect(noise.noise).toEqual({ generator: 'torch-cuda', seed: 7, member: 2 })
  })
})
