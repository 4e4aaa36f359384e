import { describe, expect, it } from 'vitest'
import { timestepEmbedding } from '../../models/architectures/timestep-embedding.ts'
import { fixtureJson, fixtureTensors, maxAbsDifference } from '../support/fixtures.ts'

interface Cases {
  readonly timesteps: readonly number[]
  readonly settings: readonly { readonly dim: number; readonly flip_sin_to_cos: boolean; readonly freq_shift: number }[]
}

describe('timestepEmbedding', () => {
  it("equals diffusers' get_timestep_embedding for all settings", async () => {
    const { timesteps, settings } = await fixtureJson<Cases>('models/time_embedding.json')
    const tensors = await fixtureTensors('models/time_embedding.safetensors')
    for (const [i, { dim, flip_sin_to_cos, freq_shift }] of settings.entries()) {
      const expected = await tensors.f32(`embedding${i}`)
      timesteps.forEach((t, row) => {
        const found = timestepEmbedding(t, dim, flip_sin_to_cos, freq_shift)
        expect(maxAbsDifference(found, expected.subarray(row * dim, (row + 1) * dim))).toBeLessThan(6.2e-5)
      })
    }
  })

  it('is sines and cosines of t', () => {
    expect([...timestepEmbedding(0, 4, true, 0)]).toEqual([1, 1, 0, 0])
    expect([...timestepEmbedding(0, 4, false, 0)]).toEqual([0, 0, 1, 1])
  })
})
