import { Checkpoints } from '../../models/checkpoint/checkpoint.ts'
import { modelOf } from '../../models/checkpoint/vae-alone.ts'
import { TARGETS } from '../../models/checkpoint/modality.ts'
import { ensembleNoise, NOISE_KINDS } from '../../src/base/rng/noise.ts'
import {
  checkpoint,
  choice,
  defineNode,
  each,
  integer,
  latent,
  optional,
  seed,
  toggle,
  type CheckpointValue,
  type RunContext,
} from '../../src/node/index.ts'
import { count } from '../../src/tensor/tensor.ts'

export default defineNode({
  type: 'depth/noise-init',
  version: 1,
  title: 'Noise Init',
  about:
    'The noise that denoising starts from. With several members it starts an ensemble: each gets its own noise, and what follows runs once per member.',
  source:
    'randn_tensor of diffusers with a torch.Generator. Zeros: Martin Garcia et al., Fine-Tuning Image-Conditional Diffusion Models is Easier than You Think, WACV 2025.',
  keywords: ['random', 'seed', 'gaussian', 'ensemble', 'latents', 'generator'],
  inputs: {
    like: latent('Gives the size: the latent of the picture.'),
    checkpoint: optional(
      checkpoint('Says how many latents are predicted at once. Only models for intrinsic images predict several.'),
    ),
  },
  params: {
    seed: seed({
      label: 'Seed',
      about: 'The same seed gives the same noise, and so the same depth, here and in PyTorch.',
      default: 2024,
    }),
    members: integer({
      label: 'Members',
      about:
        'Ensemble size. 1 is fastest; 3 to 10 average out the randomness and show where the model is unsure. Time grows in proportion.',
      unit: 'members',
      default: 1,
      min: 1,
      max: 100,
      slider: [1, 10],
      quick: 1,
    }),
    generator: choice({
      label: 'Generator',
      about:
        'Whose random numbers: PyTorch’s on the CPU, PyTorch’s on an NVIDIA GPU, or none (zeros), for checkpoints fine-tuned end to end.',
      options: NOISE_KINDS,
      titles: { 'torch-cpu': 'PyTorch CPU', 'torch-cuda': 'PyTorch CUDA', zeros: 'Zeros' },
      default: 'torch-cpu',
    }),
    one_draw: toggle({
      label: 'One draw',
      about:
        'Draw all members at once, exactly as diffusers does; LCM and eta then go on with the same generator, member after member. Off, more members can be added without computing the first again, but noise between steps is another from the second member on, and so are the last numbers of latents whose number of cells is not a multiple of 4.',
      default: false,
      advanced: true,
    }),
  },
  outputs: { noise: each(latent('Standard normal noise, one latent per member.')) },
  expand: {
    count: ({ members }) => members,
    key: ({ seed, generator, one_draw }, { index, count }) =>
      one_draw ? { seed, generator, index, count } : { seed, generator, index },
  },
  async run({ like, checkpoint }, { seed, generator, one_draw }, ctx) {
    const { index } = ctx.member
    if (generator === 'zeros' && ctx.member.count > 1) {
      ctx.warn('Noise of zeros is the same for every member, so the ensemble changes nothing.')
    }
    // Without `one_draw` member i is the last of i + 1: the same however many come after it. Wherever the size of a
    // latent is a multiple of 16 values that is the same row of torch.randn([E, C, h, w]).
    const drawn = one_draw ? ctx.member.count : index + 1
    const targets = checkpoint ? await targetsOf(checkpoint, ctx) : 1
    const [n = 1, channels = 1, ...size] = like.tensor.dims
    const noisy = [n, targets * channels, ...size]
    const noise = ensembleNoise(generator, seed, count(noisy), index, drawn)
    const origin = { generator, seed, member: index, ...(one_draw && { drawn }) }
    return { noise: { ...like, tensor: ctx.backend.upload(noise, noisy), noise: origin } }
  },
})

async function targetsOf({ id, name }: CheckpointValue, ctx: RunContext): Promise<number> {
  const { predicts } = modelOf(await ctx.use(Checkpoints).open(id, ctx.signal), name)
  return TARGETS[predicts.modality].length
}
