import { expect, it } from 'vitest'
import { Checkpoints, type Checkpoint } from '../../models/checkpoint/checkpoint.ts'
import { Bench, frameOf } from './support.ts'
import { toyCheckpoints } from './toy-checkpoint.ts'

/** DDIM Denoise with a model that predicts `value` everywhere in its step at timestep `wild`, else zero. */
async function denoise(value: number, wild: number): Promise<readonly string[]> {
  const bench = new Bench()
  const toy = await toyCheckpoints(bench.backend).open('toy', new AbortController().signal)
  const model: Checkpoint = {
    ...toy,
    denoise: async (_image, x, t) => bench.tensor(x.dims, (i) => (t === wild && i < 3 ? value : 0)),
  }
  const latent = () => ({
    kind: 'latent' as const,
    tensor: bench.tensor([1, 4, 2, 2], () => 0.5),
    frame: frameOf(16, 16),
    factor: 8,
  })
  const inputs = {
    checkpoint: { kind: 'checkpoint' as const, id: 'toy', name: 'Toy' },
    image: latent(),
    noise: latent(),
  }
  const identify = async () => ({ id: 'toy', name: 'Toy' })
  try {
    const { outputs, warnings } = await bench.run('depth/ddim-denoise', {
      inputs,
      params: { steps: 1 },
      services: [[Checkpoints, { identify, open: async () => model }]],
    })
    for (const output of Object.values(outputs)) if (output.kind === 'latent') output.tensor.release()
    return warnings
  } finally {
    inputs.image.tensor.release()
    inputs.noise.tensor.release()
    expect(bench.backend.bytes).toBe(0)
  }
}

it('DDIM Denoise warns of a prediction at the limit of half precision', async () => {
  expect(await denoise(65504, 999)).toEqual([
    expect.stringMatching(/^3 of 16 numbers of the U-Net stand at the limit of half precision: .* fp32 files/),
  ])
  expect(await denoise(65000, 999)).toEqual([])
})

it.each([NaN, Infinity, -Infinity])('DDIM Denoise makes no result of a prediction of %f', async (value) => {
  await expect(denoise(value, 999)).rejects.toMatchObject({ code: 'node/not-finite' })
})
