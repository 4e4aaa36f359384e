import { decodeMembers, expectForeseen } from '../../models/pipeline/decode.ts'
import { AppError } from '../../src/base/errors.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { affine } from '../../src/gpu/kernels/affine.ts'
import { checkpoint, defineNode, image, latent } from '../../src/node/index.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

export default defineNode({
  type: 'intrinsics/decode-appearance',
  version: 1,
  title: 'Decode Appearance',
  about:
    'Turns the latent of a checkpoint for appearance into two pictures, albedo and material, each 0..1. Padding is cut off.',
  source:
    'decode_prediction of diffusers’ MarigoldIntrinsicsPipeline. Ke et al., Marigold: Affordable Adaptation of Diffusion-Based Image Generators for Image Analysis, 2025.',
  keywords: ['intrinsic', 'iid', 'albedo', 'roughness', 'metallicity', 'vae', 'pbr'],
  cost: 'heavy',
  inputs: {
    latent: latent('A denoised latent; an ensemble is decoded member by member.'),
    checkpoint: checkpoint(
      'Whose VAE is used: the model for albedo and material that the latent was made with, or a VAE alone.',
    ),
  },
  params: {},
  outputs: {
    albedo: image('The colours of surfaces without light, sRGB.'),
    material: image('Red: roughness, green: metallicity, both 0..1, linear. Split Material takes them apart.'),
  },
  foresee(inputs) {
    expectForeseen(inputs, 'appearance')
    return {}
  },
  /** decode_prediction of MarigoldIntrinsicsPipeline: clip to −1..1, (x + 1) / 2; then the padding goes. */
  async run(inputs, _params, ctx) {
    const read = (pixels: Tensor): Tensor => runKernel(ctx.backend, affine, [pixels], { a: 0.5, b: 0.5, clamp: [0, 1] })
    const [decoded] = await decodeMembers([inputs], 'appearance', read, ctx)
    if (!decoded) throw new AppError('onnx/run', 'The decoder gave no pictures.')
    const { albedo, material } = decoded.pictures
    const { frame } = inputs.latent
    return {
      albedo: { kind: 'image', tensor: albedo, frame },
      material: { kind: 'image', tensor: material, frame },
    }
  },
})
