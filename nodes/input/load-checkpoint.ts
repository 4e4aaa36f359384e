import { Checkpoints } from '../../models/checkpoint/checkpoint.ts'
import { checkpoint, checkpointChoice, defineNode } from '../../src/node/index.ts'

export default defineNode({
  type: 'input/load-checkpoint',
  version: 1,
  title: 'Load Checkpoint',
  about:
    'A Marigold model, for depth, surface normals or intrinsic images: U-Net, VAE and scheduler settings. Weights are read when a node first needs them.',
  source: 'The folder layout of diffusers: model_index.json, and a config and safetensors files for each model.',
  keywords: ['model', 'weights', 'unet', 'vae', 'diffusers', 'safetensors'],
  inputs: {},
  params: {
    checkpoint: checkpointChoice({
      label: 'Checkpoint',
      about: 'One of the built-in models, or a folder in the diffusers layout that you give.',
      default: 'marigold-nano',
    }),
  },
  outputs: { checkpoint: checkpoint('The model, for Fit to Resolution, VAE Encode, DDIM Denoise and VAE Decode.') },
  foresee: (_inputs, { checkpoint }) => ({ checkpoint }),
  async run(_inputs, params, ctx) {
    const { id, name } = await ctx.use(Checkpoints).identify(params.checkpoint, ctx.signal)
    return { checkpoint: { kind: 'checkpoint', id, name } }
  },
})
