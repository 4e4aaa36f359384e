import { Checkpoints } from '../../models/checkpoint/checkpoint.ts'
import { onlySound } from '../../models/pipeline/sound.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { affine } from '../../src/gpu/kernels/affine.ts'
import { pad } from '../../src/gpu/kernels/pad.ts'
import { resize } from '../../src/gpu/kernels/resize.ts'
import { checkpoint, defineNode, image, latent, sizeOf } from '../../src/node/index.ts'
import { fitColours, type LatentColours } from '../../src/tensor/latent-colours.ts'
import type { Backend, Tensor } from '../../src/tensor/tensor.ts'

export default defineNode({
  type: 'depth/vae-encode',
  version: 1,
  title: 'VAE Encode',
  about:
    'Compresses the picture into the latent space in which the model works: the mean of the posterior times the scaling factor, no sampling.',
  source:
    'prepare_latents and encode_image of diffusers’ MarigoldDepthPipeline: the mean of the posterior, times the scaling factor. Rombach et al., High-Resolution Image Synthesis with Latent Diffusion Models, CVPR 2022.',
  keywords: ['latent', 'autoencoder', 'encoder', 'taesd'],
  cost: 'heavy',
  inputs: {
    image: image('The picture. Sides that are not whole latent cells are padded by their last pixels.'),
    checkpoint: checkpoint('Whose VAE is used: the model that denoises, or a VAE alone (TAESD).'),
  },
  params: {},
  outputs: { latent: latent('Four channels at an eighth of the size, about unit variance.') },
  async run({ image: { tensor, frame }, checkpoint: { id } }, _params, ctx) {
    const opened = await ctx.use(Checkpoints).open(id, ctx.signal)
    const { factor } = opened.config
    const { width, height } = sizeOf(tensor)
    const cells = { width: Math.ceil(width / factor) * factor, height: Math.ceil(height / factor) * factor }
    const whole = width === cells.width && height === cells.height
    const padded = whole ? tensor.retain() : runKernel(ctx.backend, pad, [tensor], cells)
    // 0..1 → −1..1. The reference does this before resizing; resizing commutes with it.
    const normalised = runKernel(ctx.backend, affine, [padded], { a: 2, b: -1 })
    try {
      const encoded = await opened.encode(normalised, ctx.signal)
      const latent = await onlySound(ctx.backend, encoded, 'VAE encoder')
      try {
        const colours = await coloursOf(latent, padded, ctx.backend)
        return { latent: { kind: 'latent', tensor: latent.retain(), frame, factor, colours } }
      } finally {
        latent.release()
      }
    } finally {
      normalised.release()
      padded.release()
    }
  },
})

/** How this VAE's latents look: from the picture, [1,3,H,W], and its latent, [1,C,h,w]. */
async function coloursOf(latent: Tensor, picture: Tensor, backend: Backend): Promise<LatentColours> {
  const small = runKernel(backend, resize, [picture], { ...sizeOf(latent), method: 'area', antialias: true })
  try {
    return fitColours(await backend.read(latent), await backend.read(small), latent.dims[1] ?? 0)
  } finally {
    small.release()
  }
}
