import { decodableAtOnce, decodeMembers, expectForeseen } from '../../models/pipeline/decode.ts'
import { AppError } from '../../src/base/errors.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { channelMean } from '../../src/gpu/kernels/channel-mean.ts'
import {
  batchSize,
  checkpoint,
  defineNode,
  depth,
  latent,
  type CheckpointValue,
  type DepthMeaning,
  type DepthValue,
  type LatentValue,
  type RunContext,
} from '../../src/node/index.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

export default defineNode({
  type: 'depth/vae-decode',
  version: 1,
  title: 'VAE Decode',
  about:
    'Turns a depth latent into a depth map: the mean of the three decoded channels, clipped, 0 near to 1 far (a disparity checkpoint: 0 far to 1 near). Padding is cut off.',
  source:
    'decode_prediction of diffusers’ MarigoldDepthPipeline: the mean of the three channels, clipped to −1..1, as 0..1. Ke et al., Repurposing Diffusion-Based Image Generators for Monocular Depth Estimation, CVPR 2024.',
  keywords: ['latent', 'autoencoder', 'decoder', 'taesd'],
  cost: 'heavy',
  inputs: {
    latent: latent('A denoised latent; an ensemble is decoded member by member.'),
    checkpoint: checkpoint('Whose VAE is used: the model that the latent was made with, or a VAE alone (TAESD).'),
  },
  params: {
    batch_size: batchSize('decoded'),
  },
  outputs: {
    depth: depth(
      'Linear depth or disparity, 0..1, at the size of the fitted picture, and what it means, as the checkpoint says.',
    ),
  },
  foresee(inputs) {
    expectForeseen(inputs, 'depth')
    return {}
  },
  async run(inputs, params, ctx) {
    const [decoded] = await run([inputs], params, ctx)
    if (decoded === undefined) throw new AppError('node/no-latent', 'There is no latent to decode.')
    return decoded
  },
  batch: { size: ({ batch_size }) => batch_size, fit: decodableAtOnce, run },
})

interface Inputs {
  readonly latent: LatentValue
  readonly checkpoint: CheckpointValue
}

/** decode_prediction of MarigoldDepthPipeline: mean over channels, clip to −1..1, (x + 1) / 2; then the padding goes. */
async function run(
  members: readonly Inputs[],
  _params: unknown,
  ctx: RunContext,
): Promise<readonly { depth: DepthValue }[]> {
  const read = (pixels: Tensor): Tensor => runKernel(ctx.backend, channelMean, [pixels], {})
  const decoded = await decodeMembers(members, 'depth', read, ctx)
  return decoded.map(({ member, predicts: { quantity, scaleInvariant, shiftInvariant }, pictures }) => {
    const meaning: DepthMeaning = { quantity, scaleInvariant, shiftInvariant }
    return { depth: { kind: 'depth', tensor: pictures.depth, frame: member.latent.frame, meaning } }
  })
}
