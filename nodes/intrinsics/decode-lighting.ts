import { decodeMembers, expectForeseen } from '../../models/pipeline/decode.ts'
import { AppError } from '../../src/base/errors.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { affine } from '../../src/gpu/kernels/affine.ts'
import { checkpoint, defineNode, image, latent } from '../../src/node/index.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

export default defineNode({
  type: 'intrinsics/decode-lighting',
  version: 1,
  title: 'Decode Lighting',
  about:
    'Turns the latent of a checkpoint for lighting into three pictures, each 0..1 and linear: the photo is albedo times shading plus residual. Padding is cut off.',
  source:
    'decode_prediction of diffusers’ MarigoldIntrinsicsPipeline. Ke et al., Marigold: Affordable Adaptation of Diffusion-Based Image Generators for Image Analysis, 2025.',
  keywords: ['intrinsic', 'iid', 'albedo', 'shading', 'residual', 'vae', 'relight'],
  cost: 'heavy',
  inputs: {
    latent: latent('A denoised latent; an ensemble is decoded member by member.'),
    checkpoint: checkpoint(
      'Whose VAE is used: the model for albedo, shading and residual that the latent was made with, or a VAE alone.',
    ),
  },
  params: {},
  outputs: {
    albedo: image('The colours of surfaces without light, linear.'),
    shading: image('Diffuse light, linear, up to a factor.'),
    residual: image('What is not diffuse, as highlights, linear, up to a factor.'),
  },
  foresee(inputs) {
    expectForeseen(inputs, 'lighting')
    return {}
  },
  /** decode_prediction of MarigoldIntrinsicsPipeline: clip to −1..1, (x + 1) / 2; then the padding goes. */
  async run(inputs, _params, ctx) {
    const read = (pixels: Tensor): Tensor => runKernel(ctx.backend, affine, [pixels], { a: 0.5, b: 0.5, clamp: [0, 1] })
    const [decoded] = await decodeMembers([inputs], 'lighting', read, ctx)
    if (!decoded) throw new AppError('onnx/run', 'The decoder gave no pictures.')
    const { albedo, shading, residual } = decoded.pictures
    const { frame } = inputs.latent
    return {
      albedo: { kind: 'image', tensor: albedo, frame },
      shading: { kind: 'image', tensor: shading, frame },
      residual: { kind: 'image', tensor: residual, frame },
    }
  },
})
