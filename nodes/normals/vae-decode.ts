import { decodableAtOnce, decodeMembers, expectForeseen, type ReadPixels } from '../../models/pipeline/decode.ts'
import { AppError } from '../../src/base/errors.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { unitNormals } from '../../src/gpu/kernels/unit-normals.ts'
import {
  batchSize,
  checkpoint,
  defineNode,
  latent,
  normals,
  type CheckpointValue,
  type LatentValue,
  type NormalsValue,
  type RunContext,
} from '../../src/node/index.ts'

export default defineNode({
  type: 'normals/vae-decode',
  version: 1,
  title: 'Decode Normals',
  about:
    'Turns the latent of a checkpoint for normals into surface normals: the three decoded channels, clipped, at length 1. x points to the right, y up, z to the viewer. Padding is cut off.',
  source:
    'decode_prediction of diffusers’ MarigoldNormalsPipeline. Ke et al., Marigold: Affordable Adaptation of Diffusion-Based Image Generators for Image Analysis, 2025.',
  keywords: ['latent', 'vae', 'autoencoder', 'decoder', 'surface', 'taesd'],
  cost: 'heavy',
  inputs: {
    latent: latent('A denoised latent; an ensemble is decoded member by member.'),
    checkpoint: checkpoint('Whose VAE is used: the model for normals that the latent was made with, or a VAE alone.'),
  },
  params: {
    batch_size: batchSize('decoded'),
  },
  outputs: { normals: normals('Unit normals at the size of the fitted picture.') },
  foresee(inputs) {
    expectForeseen(inputs, 'normals')
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

/** decode_prediction of MarigoldNormalsPipeline; then the padding goes. */
async function run(
  members: readonly Inputs[],
  _params: unknown,
  ctx: RunContext,
): Promise<readonly { normals: NormalsValue }[]> {
  const read: ReadPixels = (pixels, { useFullZRange }) =>
    runKernel(ctx.backend, unitNormals, [pixels], { clip: true, halfZ: !useFullZRange })
  const decoded = await decodeMembers(members, 'normals', read, ctx)
  return decoded.map(({ member, pictures }) => ({
    normals: { kind: 'normals', tensor: pictures.normals, frame: member.latent.frame },
  }))
}
