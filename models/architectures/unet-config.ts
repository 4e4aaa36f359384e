import { ConfigReader, type ConfigJson } from './config.ts'

/** UNet2DConditionModel's config, per block where blocks may differ. Names are ours, values diffusers'. */
export interface UnetConfig {
  readonly inChannels: number
  readonly outChannels: number
  readonly channels: readonly number[]
  /** Residual blocks of each down block; up blocks have one more. */
  readonly layers: readonly number[]
  readonly downAttention: readonly boolean[]
  readonly upAttention: readonly boolean[]
  /** Attention heads of each down block. diffusers calls this `attention_head_dim` by an old mistake, which it keeps. */
  readonly heads: readonly number[]
  readonly transformerLayers: readonly number[]
  readonly groups: number
  readonly epsilon: number
  readonly crossAttentionDim: number
  readonly linearProjection: boolean
  readonly flipSinToCos: boolean
  readonly frequencyShift: number
}

/** Reads unet/config.json. Errors: `checkpoint/unsupported`. */
export function readUnetConfig(json: ConfigJson): UnetConfig {
  const config = new ConfigReader('unet/config.json', json)
  config.mustBe('_class_name', 'UNet2DConditionModel')
  refuseVariants(config)
  const channels = config.integers('block_out_channels', [320, 640, 1280, 1280])
  const blocks = channels.length
  const down = config.types('down_block_types', ['DownBlock2D', 'CrossAttnDownBlock2D'], blocks, defaultDown)
  const up = config.types('up_block_types', ['UpBlock2D', 'CrossAttnUpBlock2D'], blocks, defaultUp)
  const heads = config.perBlock('attention_head_dim', blocks, 8)
  const groups = config.integer('norm_num_groups', 32)
  channels.forEach((width, i) => {
    if (width % groups !== 0) config.refuse('block_out_channels', `multiples of norm_num_groups (${groups})`)
    if (width % (heads[i] ?? 1) !== 0) config.refuse('attention_head_dim', 'a divisor of the channels of each block')
  })
  return {
    inChannels: config.integer('in_channels', 4),
    outChannels: config.integer('out_channels', 4),
    channels,
    layers: config.perBlock('layers_per_block', blocks, 2),
    downAttention: down.map((type) => type === 'CrossAttnDownBlock2D'),
    upAttention: up.map((type) => type === 'CrossAttnUpBlock2D'),
    heads,
    transformerLayers: config.perBlock('transformer_layers_per_block', blocks, 1),
    groups,
    epsilon: config.number('norm_eps', 1e-5),
    crossAttentionDim: config.integer('cross_attention_dim', 1280),
    linearProjection: config.boolean('use_linear_projection', false),
    flipSinToCos: config.boolean('flip_sin_to_cos', true),
    frequencyShift: config.number('freq_shift', 0),
  }
}

const defaultDown = ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'] as const
const defaultUp = ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'] as const

/** Options of other model families. `upcast_attention` is free: attention is always computed in float32 here. */
function refuseVariants(config: ConfigReader): void {
  config.mustBe('act_fn', 'silu', 'swish')
  config.mustBe('mid_block_type', 'UNetMidBlock2DCrossAttn')
  config.mustBe('downsample_padding', 1)
  config.mustBe('mid_block_scale_factor', 1)
  config.mustBe('resnet_out_scale_factor', 1)
  config.mustBe('conv_in_kernel', 3)
  config.mustBe('conv_out_kernel', 3)
  config.mustBe('time_embedding_type', 'positional')
  config.mustBe('resnet_time_scale_shift', 'default')
  config.mustBe('attention_type', 'default')
  for (const key of ['center_input_sample', 'only_cross_attention', 'dual_cross_attention', 'resnet_skip_time_act']) {
    config.mustBe(key, false)
  }
  config.mustBe('class_embeddings_concat', false)
  config.mustBe('mid_block_only_cross_attention', null, false)
  for (const key of absent) config.mustBe(key, null)
}

const absent = [
  'addition_embed_type',
  'class_embed_type',
  'cross_attention_norm',
  'encoder_hid_dim',
  'encoder_hid_dim_type',
  'num_attention_heads',
  'num_class_embeds',
  'reverse_transformer_layers_per_block',
  'time_cond_proj_dim',
  'time_embedding_act_fn',
  'time_embedding_dim',
  'timestep_post_act',
]
