import { ConfigReader, type ConfigJson } from './config.ts'

export interface AutoencoderKlConfig {
  readonly kind: 'kl'
  readonly inChannels: number
  readonly outChannels: number
  readonly channels: readonly number[]
  /** Residual blocks of each encoder block; decoder blocks have one more. */
  readonly layers: number
  readonly groups: number
  readonly latentChannels: number
  readonly scalingFactor: number
  readonly midAttention: boolean
  readonly quantConv: boolean
  readonly postQuantConv: boolean
}

export interface AutoencoderTinyConfig {
  readonly kind: 'tiny'
  readonly inChannels: number
  readonly outChannels: number
  readonly channels: number
  /** Residual blocks of each level, from the full size down. */
  readonly encoderBlocks: readonly number[]
  /** From the latent's size up. */
  readonly decoderBlocks: readonly number[]
  readonly latentChannels: number
  readonly scalingFactor: number
}

export type VaeConfig = AutoencoderKlConfig | AutoencoderTinyConfig

/** Reads vae/config.json of an AutoencoderKL or AutoencoderTiny. Errors: `checkpoint/unsupported`. */
export function readVaeConfig(json: ConfigJson): VaeConfig {
  const config = new ConfigReader('vae/config.json', json)
  const kind = config.choice('_class_name', ['AutoencoderKL', 'AutoencoderTiny'], 'AutoencoderKL')
  config.mustBe('shift_factor', null, 0)
  return kind === 'AutoencoderKL' ? readKl(config) : readTiny(config)
}

/** Pixels per latent cell, as the Marigold pipelines compute it for either kind. */
export const vaeFactor = (vae: VaeConfig): number =>
  2 ** ((vae.kind === 'kl' ? vae.channels.length : vae.encoderBlocks.length) - 1)

function readKl(config: ConfigReader): AutoencoderKlConfig {
  const channels = config.integers('block_out_channels', [64])
  const blocks = channels.length
  const same = <const T extends string>(type: T): readonly T[] => Array.from({ length: blocks }, () => type)
  config.types('down_block_types', ['DownEncoderBlock2D'], blocks, same('DownEncoderBlock2D'))
  config.types('up_block_types', ['UpDecoderBlock2D'], blocks, same('UpDecoderBlock2D'))
  config.mustBe('act_fn', 'silu', 'swish')
  config.mustBe('latents_mean', null)
  config.mustBe('latents_std', null)
  const groups = config.integer('norm_num_groups', 32)
  if (channels.some((width) => width % groups !== 0)) {
    config.refuse('block_out_channels', `multiples of norm_num_groups (${groups})`)
  }
  return {
    kind: 'kl',
    inChannels: config.integer('in_channels', 3),
    outChannels: config.integer('out_channels', 3),
    channels,
    layers: config.integer('layers_per_block', 1),
    groups,
    latentChannels: config.integer('latent_channels', 4),
    scalingFactor: config.number('scaling_factor', 0.18215),
    midAttention: config.boolean('mid_block_add_attention', true),
    quantConv: config.boolean('use_quant_conv', true),
    postQuantConv: config.boolean('use_post_quant_conv', true),
  }
}

function readTiny(config: ConfigReader): AutoencoderTinyConfig {
  config.mustBe('act_fn', 'relu')
  config.mustBe('upsampling_scaling_factor', 2)
  config.mustBe('upsample_fn', 'nearest')
  const encoder = config.integers('encoder_block_out_channels', [64, 64, 64, 64])
  const decoder = config.integers('decoder_block_out_channels', [64, 64, 64, 64])
  const [channels = 64] = encoder
  // The decoder shrinks its channels by fixed sums in diffusers, which only work out when all are the same.
  if (encoder.some((width) => width !== channels)) config.refuse('encoder_block_out_channels', 'one width for all')
  if (decoder.some((width) => width !== channels)) config.refuse('decoder_block_out_channels', `${channels} for all`)
  const encoderBlocks = config.integers('num_encoder_blocks', [1, 3, 3, 3])
  const decoderBlocks = config.integers('num_decoder_blocks', [3, 3, 3, 1])
  // Each list gives its half a level; diffusers takes the scale of both from the encoder's.
  const levels = encoder.length
  const listed = [
    ['num_encoder_blocks', encoderBlocks],
    ['decoder_block_out_channels', decoder],
    ['num_decoder_blocks', decoderBlocks],
  ] as const
  for (const [key, list] of listed)
    if (list.length !== levels) config.refuse(key, `${levels} numbers, one for each level`)
  return {
    kind: 'tiny',
    inChannels: config.integer('in_channels', 3),
    outChannels: config.integer('out_channels', 3),
    channels,
    encoderBlocks,
    decoderBlocks,
    latentChannels: config.integer('latent_channels', 4),
    scalingFactor: config.number('scaling_factor', 1),
  }
}
