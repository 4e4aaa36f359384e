import { expect, it } from 'vitest'
import { readVaeConfig } from '../../models/architectures/autoencoder-config.ts'
import { klDecoderGraph, klEncoderGraph } from '../../models/architectures/autoencoder-kl.ts'
import { tinyDecoderGraph, tinyEncoderGraph } from '../../models/architectures/autoencoder-tiny.ts'
import { clipTextGraph, readClipTextConfig } from '../../models/architectures/clip-text.ts'
import { unetGraph } from '../../models/architectures/unet-2d-condition.ts'
import { readUnetConfig } from '../../models/architectures/unet-config.ts'

/** unet/config.json of Marigold depth v1-1, with every key that diffusers writes. */
const UNET = {
  _class_name: 'UNet2DConditionModel',
  act_fn: 'silu',
  addition_embed_type: null,
  addition_embed_type_num_heads: 64,
  addition_time_embed_dim: null,
  attention_head_dim: [5, 10, 20, 20],
  attention_type: 'default',
  block_out_channels: [320, 640, 1280, 1280],
  center_input_sample: false,
  class_embed_type: null,
  class_embeddings_concat: false,
  conv_in_kernel: 3,
  conv_out_kernel: 3,
  cross_attention_dim: 1024,
  cross_attention_norm: null,
  down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
  downsample_padding: 1,
  dropout: 0,
  dual_cross_attention: false,
  encoder_hid_dim: null,
  encoder_hid_dim_type: null,
  flip_sin_to_cos: true,
  freq_shift: 0,
  in_channels: 8,
  layers_per_block: 2,
  mid_block_only_cross_attention: null,
  mid_block_scale_factor: 1,
  mid_block_type: 'UNetMidBlock2DCrossAttn',
  norm_eps: 1e-5,
  norm_num_groups: 32,
  num_attention_heads: null,
  num_class_embeds: null,
  only_cross_attention: false,
  out_channels: 4,
  projection_class_embeddings_input_dim: null,
  resnet_out_scale_factor: 1,
  resnet_skip_time_act: false,
  resnet_time_scale_shift: 'default',
  reverse_transformer_layers_per_block: null,
  sample_size: 96,
  time_cond_proj_dim: null,
  time_embedding_act_fn: null,
  time_embedding_dim: null,
  time_embedding_type: 'positional',
  timestep_post_act: null,
  transformer_layers_per_block: 1,
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
  upcast_attention: false,
  use_linear_projection: true,
}

/** vae/config.json of Stable Diffusion 2 and of every Marigold checkpoint. */
const VAE = {
  _class_name: 'AutoencoderKL',
  act_fn: 'silu',
  block_out_channels: [128, 256, 512, 512],
  down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D', 'DownEncoderBlock2D', 'DownEncoderBlock2D'],
  force_upcast: true,
  in_channels: 3,
  latent_channels: 4,
  latents_mean: null,
  latents_std: null,
  layers_per_block: 2,
  mid_block_add_attention: true,
  norm_num_groups: 32,
  out_channels: 3,
  sample_size: 768,
  scaling_factor: 0.18215,
  shift_factor: null,
  up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D', 'UpDecoderBlock2D', 'UpDecoderBlock2D'],
  use_post_quant_conv: true,
  use_quant_conv: true,
}

const TAESD = {
  _class_name: 'AutoencoderTiny',
  act_fn: 'relu',
  block_out_channels: [64, 64, 64, 64],
  decoder_block_out_channels: [64, 64, 64, 64],
  encoder_block_out_channels: [64, 64, 64, 64],
  force_upcast: false,
  in_channels: 3,
  latent_channels: 4,
  latent_magnitude: 3,
  latent_shift: 0.5,
  num_decoder_blocks: [3, 3, 3, 1],
  num_encoder_blocks: [1, 3, 3, 3],
  out_channels: 3,
  scaling_factor: 1,
  shift_factor: 0,
  upsample_fn: 'nearest',
  upsampling_scaling_factor: 2,
}

const TEXT = {
  bos_token_id: 0,
  eos_token_id: 2,
  hidden_act: 'gelu',
  hidden_size: 1024,
  intermediate_size: 4096,
  layer_norm_eps: 1e-5,
  max_position_embeddings: 77,
  model_type: 'clip_text_model',
  num_attention_heads: 16,
  num_hidden_layers: 23,
  vocab_size: 49408,
}

/** A file that has every tensor; `old` names the VAE's attention as Stable Diffusion's own file does. */
class AskedFor {
  readonly sizes = new Map<string, number>()

  constructor(readonly old = false) {}

  has(name: string): boolean {
    return !this.old || !/\.to_(q|k|v|out\.0)\./.test(name)
  }

  expect(name: string, shape: readonly number[]): void {
    this.sizes.set(
      name,
      shape.reduce((all, n) => all * n, 1),
    )
  }

  get tensorsAndParameters(): readonly [number, number] {
    return [this.sizes.size, [...this.sizes.values()].reduce((sum, n) => sum + n, 0)]
  }
}

// Counts of diffusers' and transformers' own classes with these configs; the U-Net's and the VAE's are also those of the
// published files.

it('the U-Net of the released depth checkpoints asks for their 686 tensors', () => {
  const asked = new AskedFor()
  const built = unetGraph(readUnetConfig(UNET), asked, { text: new Float32Array(2 * 1024) })
  expect(asked.tensorsAndParameters).toEqual([686, 865_922_244])
  for (const name of [
    'up_blocks.3.attentions.2.transformer_blocks.0.ff.net.0.proj.bias',
    'mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight',
    'up_blocks.2.resnets.1.conv_shortcut.weight',
    'down_blocks.2.downsamplers.0.conv.weight',
  ]) {
    expect(asked.sizes.has(name), name).toBe(true)
  }
  // Heads of 64 channels each: what the config calls a head's dimension is their number.
  const heads = built.graph.nodes.flatMap(({ op, attributes }) =>
    op === 'MultiHeadAttention' ? [attributes['num_heads']] : [],
  )
  expect(new Set(heads.map((one) => JSON.stringify(one)))).toEqual(new Set(['{"int":5}', '{"int":10}', '{"int":20}']))
})

it.each([false, true])('the VAE asks for the 248 tensors of the published file, old attention names: %s', (old) => {
  const vae = readVaeConfig(VAE)
  if (vae.kind !== 'kl') throw new Error('The config is an AutoencoderKL’s.')
  const asked = new AskedFor(old)
  klEncoderGraph(vae, asked, {})
  klDecoderGraph(vae, asked, {})
  expect(asked.tensorsAndParameters).toEqual([248, 83_653_863])
  const name = old ? 'proj_attn' : 'to_out.0'
  for (const half of ['encoder', 'decoder']) {
    expect(asked.sizes.has(`${half}.mid_block.attentions.0.${name}.bias`)).toBe(true)
  }
})

it('TAESD asks for its 134 tensors', () => {
  const vae = readVaeConfig(TAESD)
  if (vae.kind !== 'tiny') throw new Error('The config is an AutoencoderTiny’s.')
  const asked = new AskedFor()
  tinyEncoderGraph(vae, asked, {})
  tinyDecoderGraph(vae, asked, {})
  expect(asked.tensorsAndParameters).toEqual([134, 2_445_063])
})

it('the text encoder asks for its 372 tensors', () => {
  const asked = new AskedFor()
  clipTextGraph(readClipTextConfig(TEXT), asked, [49406, 49407])
  expect(asked.tensorsAndParameters).toEqual([372, 340_387_840])
})
