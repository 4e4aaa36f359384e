import { describe, expect, it } from 'vitest'
import { Bench, data, frameOf, oneValue } from './support.ts'

async function blend(amount: number, previousWidth = 3) {
  const bench = new Bench()
  const latent = (width: number, value: number) => ({
    kind: 'latent' as const,
    tensor: bench.tensor([1, 4, 2, width], (i) => value + i),
    frame: frameOf(8 * width, 16),
    factor: 8,
  })
  const origin = { generator: 'torch-cpu' as const, seed: 7, member: 2 }
  const inputs = { noise: { ...latent(3, 1), noise: origin }, previous: latent(previousWidth, 11) }
  const called = await bench.run('depth/blend-latents', { inputs, params: { amount } })
  const noise = oneValue(called, 'noise', 'latent')
  return { values: [...data(noise)], origin: noise.noise }
}

describe('Blend Latents', () => {
  it('mixes by the amount, as the video recipe of diffusers’ documentation does', async () => {
    expect((await blend(0)).values).toEqual(Array.from({ length: 24 }, (_, i) => 1 + i))
    expect((await blend(1)).values).toEqual(Array.from({ length: 24 }, (_, i) => 11 + i))
    const { values } = await blend(0.1)
    values.forEach((value, i) => expect(value).toBeCloseTo(0.9 * (1 + i) + 0.1 * (11 + i), 5))
  })

  it('remembers where the noise came from, so that LCM can go on drawing', async () => {
    expect((await blend(0.1)).origin).toEqual({ generator: 'torch-cpu', seed: 7, member: 2 })
  })

  it('refuses frames of different sizes, and says which', async () => {
    await expect(blend(0.1, 4)).rejects.toMatchObject({
      code: 'node/unequal-latents',
      message: expect.stringContaining('3 × 2 and 4 × 2') as string,
    })
  })
})
