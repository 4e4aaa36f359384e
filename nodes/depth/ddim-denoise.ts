import { Checkpoints } from '../../models/checkpoint/checkpoint.ts'
import { TARGETS } from '../../models/checkpoint/modality.ts'
import { modelOf, vaeOnly } from '../../models/checkpoint/vae-alone.ts'
import { denoise, type Noisy } from '../../models/pipeline/denoise.ts'
import { denoisingSteps } from '../../models/schedulers/steps.ts'
import type { SchedulerConfig } from '../../models/schedulers/config.ts'
import { AppError } from '../../src/base/errors.ts'
import {
  auto,
  batchSize,
  checkpoint,
  choice,
  defineNode,
  latent,
  number,
  type CheckpointValue,
  type LatentValue,
  type PortValue,
  type RunContext,
} from '../../src/node/index.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { sameDims } from '../../src/tensor/shape.ts'

const override = ['checkpoint', 'on', 'off'] as const
const asCheckpoint = { checkpoint: 'Auto' } as const

export default defineNode({
  type: 'depth/ddim-denoise',
  version: 1,
  title: 'DDIM Denoise',
  about:
    'The model itself: turns noise into the latent of a depth map, or of what else the checkpoint predicts, step by step, while it looks at the latent of the picture.',
  source:
    'The denoising loop of diffusers’ MarigoldDepthPipeline with DDIMScheduler or LCMScheduler. Song et al., Denoising Diffusion Implicit Models, ICLR 2021; Luo et al., Latent Consistency Models, 2023; zero SNR: Lin et al., Common Diffusion Noise Schedules and Sample Steps are Flawed, WACV 2024.',
  keywords: ['unet', 'diffusion', 'sampler', 'scheduler', 'lcm', 'steps'],
  cost: 'heavy',
  // What checkpoints say is 1 to 4, or 10 and more of the oldest.
  work: ({ steps }) => steps ?? 4,
  inputs: {
    checkpoint: checkpoint('The model whose U-Net and scheduler settings are used.'),
    image: latent('The picture’s latent, the condition.'),
    noise: latent(
      'Where denoising starts: noise, or a latent that is to be refined. An ensemble runs member by member.',
    ),
  },
  params: {
    steps: auto({
      label: 'Steps',
      about:
        'Denoising steps, each one run of the U-Net. 1 to 4 are enough for current checkpoints; early ones (leading spacing) want 10 to 50.',
      unit: 'steps',
      default: null,
      min: 1,
      max: 1000,
      step: 1,
      slider: [1, 50],
      auto: 'as the checkpoint says',
    }),
    scheduler: choice({
      label: 'Scheduler',
      about:
        'DDIM is deterministic (with eta 0). LCM adds fresh noise between steps and needs a checkpoint distilled for it.',
      options: ['checkpoint', 'ddim', 'lcm'],
      titles: { ...asCheckpoint, ddim: 'DDIM', lcm: 'LCM' },
      default: 'checkpoint',
      advanced: true,
    }),
    spacing: choice({
      label: 'Spacing',
      about:
        'DDIM: which timesteps are visited. Trailing starts from pure noise, which few steps need; leading is the original setting.',
      options: ['checkpoint', 'trailing', 'leading', 'linspace'],
      titles: asCheckpoint,
      default: 'checkpoint',
      advanced: true,
    }),
    zero_snr: choice({
      label: 'Zero SNR',
      about: 'Rescales the noise schedule so that its last timestep is pure noise. Must be as in training.',
      options: override,
      titles: asCheckpoint,
      default: 'checkpoint',
      advanced: true,
    }),
    alpha_to_one: choice({
      label: 'Alpha to one',
      about: 'DDIM: whether the last step lands on a latent entirely without noise, or with that of timestep 0.',
      options: override,
      titles: asCheckpoint,
      default: 'checkpoint',
      advanced: true,
    }),
    eta: number({
      label: 'Eta',
      about: 'DDIM: fresh noise per step, from 0 (none, as Marigold) to 1 (as DDPM).',
      default: 0,
      min: 0,
      max: 1,
      step: 0.05,
      advanced: true,
    }),
    batch_size: batchSize('denoised'),
  },
  outputs: { latent: latent('The latent of what is predicted; of several pictures, one after the other.') },
  foresee({ checkpoint }) {
    if (checkpoint && checkpoint['predicts'] === undefined) throw vaeOnly(checkpoint['name'] ?? '')
    return { latent: checkpoint }
  },
  async run(inputs, params, ctx) {
    const [latent] = await run([inputs], params, ctx)
    if (latent === undefined) throw unlike('The noise is missing.')
    return latent
  },
  batch: {
    size: ({ batch_size }) => batch_size,
    async fit({ checkpoint, image }, most, ctx) {
      const [, , height = 1, width = 1] = image.tensor.dims
      const opened = await ctx.use(Checkpoints).open(checkpoint.id, ctx.signal)
      return opened.atOnce('unet', { height, width }, most, ctx.signal)
    },
    run,
  },
})

interface Inputs {
  readonly checkpoint: CheckpointValue
  readonly image: LatentValue
  readonly noise: LatentValue
}

interface Params {
  readonly steps: number | null
  readonly scheduler: 'checkpoint' | SchedulerConfig['kind']
  readonly spacing: 'checkpoint' | SchedulerConfig['timestepSpacing']
  readonly zero_snr: (typeof override)[number]
  readonly alpha_to_one: (typeof override)[number]
  readonly eta: number
}

async function run(
  members: readonly Inputs[],
  params: Params,
  ctx: RunContext,
): Promise<readonly { latent: LatentValue }[]> {
  const [first] = members
  if (first === undefined) return []
  const opened = await ctx.use(Checkpoints).open(first.checkpoint.id, ctx.signal)
  const { predicts, scheduler, defaultSteps } = modelOf(opened, first.checkpoint.name)
  for (const member of members) check(member, first, TARGETS[predicts.modality].length)
  const steps = params.steps ?? defaultSteps
  if (steps === null) {
    throw new AppError(
      'node/no-steps',
      `The steps are left to the checkpoint, but ${first.checkpoint.name} names none.`,
      {
        fix: 'Set the number of steps (4 is usual).',
      },
    )
  }
  const config = overridden(scheduler, params)
  if (config.kind === 'lcm' && params.eta > 0) ctx.warn('Eta is for DDIM; the LCM scheduler ignores it.')
  const noisy = members.map(({ image, noise }): Noisy => ({
    image: image.tensor,
    start: noise.tensor,
    origin: noise.noise,
  }))
  const { backend, signal, progress, trail } = ctx
  const schedule = denoisingSteps(config, steps, params.eta)
  const found = await trail.resume(schedule.length)
  const from = found && { done: found.done, latents: found.states.map(latentsOf) }
  const latent = (tensor: Tensor, i: number): LatentValue => {
    const { frame, factor, colours } = members[i]?.image ?? first.image
    return { kind: 'latent', tensor, frame, factor, predicts, ...(colours && { colours }) }
  }
  const latents = await denoise(opened, schedule, noisy, {
    backend,
    signal,
    progress,
    warn: (message) => ctx.warn(message),
    from,
    reached: (done, reached) =>
      trail.reached(
        done,
        schedule.length,
        reached.map(({ latents, clean }, i) => ({ state: latent(latents, i), outputs: { latent: latent(clean, i) } })),
      ),
  })
  return latents.map((tensor, i) => ({ latent: latent(tensor, i) }))
}

function latentsOf(state: PortValue): Tensor {
  if (state.kind !== 'latent') throw new Error(`A denoising step left a ${state.kind}.`)
  return state.tensor
}

/** The checkpoint's scheduler settings with those that the node sets itself. */
const overridden = (
  config: SchedulerConfig,
  { scheduler, spacing, zero_snr, alpha_to_one }: Params,
): SchedulerConfig => ({
  ...config,
  ...(scheduler !== 'checkpoint' && { kind: scheduler }),
  ...(spacing !== 'checkpoint' && { timestepSpacing: spacing }),
  ...(zero_snr !== 'checkpoint' && { rescaleBetasZeroSnr: zero_snr === 'on' }),
  ...(alpha_to_one !== 'checkpoint' && { setAlphaToOne: alpha_to_one === 'on' }),
})

function check({ image, noise, checkpoint }: Inputs, first: Inputs, targets: number): void {
  const [n = 0, channels = 0, ...size] = image.tensor.dims
  if (!sameDims(noise.tensor.dims, [n, targets * channels, ...size])) {
    const [a, b] = [image, noise].map(({ tensor }) => `[${tensor.dims.join(', ')}]`)
    if (targets > 1 && sameDims(image.tensor.dims, noise.tensor.dims)) {
      throw new AppError(
        'node/unlike-latents',
        `${checkpoint.name} predicts ${targets} latents at once, but the noise ${b ?? ''} is for one.`,
        { fix: 'Connect the checkpoint to Noise Init too.' },
      )
    }
    throw unlike(`The picture’s latent ${a ?? ''} and the noise ${b ?? ''} do not go together.`)
  }
  if (!sameDims(image.tensor.dims, first.image.tensor.dims) || checkpoint.id !== first.checkpoint.id) {
    throw new AppError(
      'node/unlike-members',
      'The members of this ensemble differ in size, so they cannot be denoised at once.',
      { fix: 'Set the batch size to 1.', remedies: [{ do: 'set', param: 'batch_size', value: 1 }] },
    )
  }
}

const unlike = (message: string): AppError =>
  new AppError('node/unlike-latents', message, {
    fix: 'Connect the same picture’s latent to Noise Init and to DDIM Denoise.',
  })
