import { Checkpoints, type Checkpoint, type CheckpointConfig } from '../../models/checkpoint/checkpoint.ts'
import { AppError } from '../../src/base/errors.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { channelMean } from '../../src/gpu/kernels/channel-mean.ts'
import { concatBatch } from '../../src/gpu/kernels/concat-batch.ts'
import { crop } from '../../src/gpu/kernels/crop.ts'
import { sliceBatch } from '../../src/gpu/kernels/slice-batch.ts'
import {
  checkpoint,
  defineNode,
  depth,
  integer,
  latent,
  type DepthMeaning,
  type DepthValue,
  type LatentValue,
  type RunContext,
} from '../../src/node/index.ts'
import { sameDims } from '../../src/tensor/shape.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

export default defineNode({
  type: 'depth/vae-decode',
  version: 1,
  title: 'VAE Decode',
  about:
    'Turns a depth latent into a depth map: the mean of the three decoded channels, clipped, 0 near to 1 far (a disparity checkpoint: 0 far to 1 near). Padding is cut off.',
  keywords: ['latent', 'autoencoder', 'decoder', 'taesd'],
  cost: 'heavy',
  inputs: {
    latent: latent('A denoised latent; an ensemble is decoded member by member.'),
    checkpoint: checkpoint('The model whose VAE is used: the one the latent was made with.'),
  },
  params: {
    batch_size: integer({
      label: 'Batch size',
      about: 'Ensemble members decoded at once. More is faster where there is memory; the result is the same.',
      default: 1,
      min: 1,
      max: 16,
      keyed: false,
      advanced: true,
    }),
  },
  outputs: {
    depth: depth(
      'Linear depth or disparity, 0..1, at the size of the fitted picture, and what it means, as the checkpoint says.',
    ),
  },
  async run(inputs, _params, ctx) {
    const opened = await open(inputs, ctx)
    return { depth: await decode(opened, inputs.latent, inputs.latent.tensor, ctx) }
  },
  batch: {
    size: ({ batch_size }) => batch_size,
    async run(members, _params, ctx) {
      const [first, ...others] = members
      if (first === undefined) return []
      const opened = await open(first, ctx)
      const alike = others.every(
        ({ latent, checkpoint }) =>
          sameDims(latent.tensor.dims, first.latent.tensor.dims) && checkpoint.id === first.checkpoint.id,
      )
      if (!alike) throw unlike()
      const stacked = runKernel(
        ctx.backend,
        concatBatch,
        members.map(({ latent }) => latent.tensor),
        {},
      )
      try {
        const whole = await decode(opened, first.latent, stacked, ctx)
        try {
          return members.map(({ latent: { frame } }, start) => ({
            depth: { ...whole, frame, tensor: runKernel(ctx.backend, sliceBatch, [whole.tensor], { start, count: 1 }) },
          }))
        } finally {
          whole.tensor.release()
        }
      } finally {
        stacked.release()
      }
    },
  },
})

async function open(
  inputs: { latent: LatentValue; checkpoint: { id: string; name: string } },
  ctx: RunContext,
): Promise<Checkpoint> {
  const opened = await ctx.use(Checkpoints).open(inputs.checkpoint.id, ctx.signal)
  const channels = inputs.latent.tensor.dims[1] ?? 0
  const { latentChannels, factor } = opened.config
  if (channels === latentChannels && inputs.latent.factor === factor) return opened
  throw new AppError(
    'node/wrong-latent',
    `The latent has ${channels} channels and cells of ${inputs.latent.factor} px; ${inputs.checkpoint.name} decodes ${latentChannels} channels and cells of ${factor} px.`,
    { fix: 'Encode and decode with the same checkpoint.' },
  )
}

/** decode_prediction of MarigoldDepthPipeline: mean over channels, clip to −1..1, (x + 1) / 2; then the padding goes. */
async function decode(
  opened: Checkpoint,
  { frame }: LatentValue,
  latents: Tensor,
  ctx: RunContext,
): Promise<DepthValue> {
  const pixels = await opened.decode(latents, ctx.signal)
  const mean = runKernel(ctx.backend, channelMean, [pixels], {})
  pixels.release()
  const { width, height } = frame.content
  const [, , h, w] = mean.dims
  const meaning = meaningOf(opened.config)
  if (h === height && w === width) return { kind: 'depth', tensor: mean, frame, meaning }
  try {
    return { kind: 'depth', tensor: runKernel(ctx.backend, crop, [mean], { width, height }), frame, meaning }
  } finally {
    mean.release()
  }
}

/** Checkpoints from before prediction_type predict depth. */
const meaningOf = ({ predictionType, scaleInvariant, shiftInvariant }: CheckpointConfig): DepthMeaning => ({
  quantity: predictionType ?? 'depth',
  scaleInvariant,
  shiftInvariant,
})

const unlike = (): AppError =>
  new AppError(
    'node/unlike-members',
    'The members of this ensemble differ in size, so they cannot be decoded at once.',
    {
      fix: 'Set the batch size to 1.',
    },
  )
