import { expect, it } from 'vitest'
import { readVaeConfig } from '../../models/architectures/autoencoder-config.ts'
import { klDecoderGraph, klEncoderGraph } from '../../models/architectures/autoencoder-kl.ts'
import { tinyDecoderGraph, tinyEncoderGraph } from '../../models/architectures/autoencoder-tiny.ts'
import { clipTextGraph, readClipTextConfig } from '../../models/architectures/clip-text.ts'
import { unetGraph } from '../../models/architectures/unet-2d-condition.ts'
import type { ConfigJson } from '../../models/architectures/config.ts'
import { readUnetConfig } from '../../models/architectures/unet-config.ts'
import { fixtureJson } from '../support/fixtures.ts'

/** The configs that diffusers writes for Stable Diffusion 2 with Marigold's channels, and the tensors of its classes. */
const UNET = await fixtureJson<ConfigJson>('full/unet/config.json')
const VAE = await fixtureJson<ConfigJson>('full/vae/config.json')
const tensors =
  await fixtureJson<Readonly<Record<'unet' | 'vae', Readonly<Record<string, readonly number[]>>>>>('full/tensors.json')

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
  readonly shapes = new Map<string, readonly number[]>()

  constructor(readonly old = false) {}

  has(name: string): boolean {
    return !this.old || !/\.to_(q|k|v|out\.0)\./.test(name)
  }

  expect(name: string, shape: readonly number[]): void {
    this.shapes.set(name, shape)
  }

  get tensorsAndParameters(): readonly [number, number] {
    const sizes = [...this.shapes.values()].map((shape) => shape.reduce((all, n) => all * n, 1))
    return [sizes.length, sizes.reduce((sum, n) => sum + n, 0)]
  }
}

// Counts of diffusers' and transformers' own classes with these configs; the U-Net's and the VAE's are also those of the
// published files.

it('the U-Net of the released depth checkpoints asks for their 686 tensors', () => {
  const asked = new AskedFor()
  const built = unetGraph(readUnetConfig(UNET), asked, { text: new Float32Array(2 * 1024) })
  expect(asked.tensorsAndParameters).toEqual([686, 865_922_244])
  expect(Object.fromEntries(asked.shapes)).toEqual(tensors.unet)
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
  const named = Object.entries(tensors.vae).map(([name, shape]) => [old ? oldName(name) : name, shape])
  expect(Object.fromEntries(asked.shapes)).toEqual(Object.fromEntries(named))
})

/** As the VAE's attention was called before diffusers 0.18. */
const oldName = (name: string): string =>
  name
    .replace('.to_q.', '.query.')
    .replace('.to_k.', '.key.')
    .replace('.to_v.', '.value.')
    .replace('.to_out.0.', '.proj_attn.')

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
