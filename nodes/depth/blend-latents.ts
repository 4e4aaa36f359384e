import { AppError } from '../../src/base/errors.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { combine } from '../../src/gpu/kernels/combine.ts'
import { defineNode, latent, number, sizeOf } from '../../src/node/index.ts'
import { sameDims } from '../../src/tensor/shape.ts'

export default defineNode({
  type: 'depth/blend-latents',
  version: 1,
  title: 'Blend Latents',
  about:
    'Mixes noise with the denoised latent of the frame before: the next frame then starts near it, and depth flickers less from frame to frame.',
  source: 'The latents argument of diffusers’ MarigoldDepthPipeline, as its guide uses it for video.',
  keywords: ['video', 'frames', 'temporal', 'consistency', 'mix', 'previous', 'init strength'],
  inputs: {
    noise: latent('The noise that denoising would start from.'),
    previous: latent('The denoised latent of the frame before, of the same size.'),
  },
  params: {
    amount: number({
      label: 'Amount',
      about: 'Share of the previous latent: 0 is noise alone, 0.1 what diffusers suggests for video.',
      default: 0.1,
      min: 0,
      max: 1,
      step: 0.01,
    }),
  },
  outputs: { noise: latent('The noise that denoising starts from: (1 − amount) · noise + amount · previous.') },
  async run({ noise, previous }, { amount }, ctx) {
    if (!sameDims(noise.tensor.dims, previous.tensor.dims)) {
      const [a, b] = [noise, previous].map(({ tensor }) => `${sizeOf(tensor).width} × ${sizeOf(tensor).height}`)
      throw new AppError('node/unequal-latents', `Latents of ${a} and ${b} cells cannot be blended.`, {
        fix: 'Use frames of one size at one resolution.',
      })
    }
    const weights = [1 - amount, amount]
    return {
      noise: { ...noise, tensor: runKernel(ctx.backend, combine, [noise.tensor, previous.tensor], { weights }) },
    }
  },
})
