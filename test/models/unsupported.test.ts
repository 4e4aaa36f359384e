import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readVaeConfig } from '../../models/architectures/autoencoder-config.ts'
import { klDecoderGraph } from '../../models/architectures/autoencoder-kl.ts'
import { readUnetConfig } from '../../models/architectures/unet-config.ts'
import { unetGraph } from '../../models/architectures/unet-2d-condition.ts'
import { contentId, readFolder } from '../../models/checkpoint/folder.ts'
import { emptyPromptTokens } from '../../models/checkpoint/empty-prompt.ts'
import { readClipTextConfig } from '../../models/architectures/clip-text.ts'
import { memoryFiles } from '../../src/weights/files.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { openWeights } from '../../src/weights/tensors.ts'
import { FIXTURES, fixtureJson } from '../support/fixtures.ts'

const signal = new AbortController().signal
const name = 'tiny-ddim-leading'
type Contents = Map<string, Uint8Array>

describe('a checkpoint that we cannot run', () => {
  let original: Contents
  beforeAll(async () => {
    const root = join(FIXTURES, 'checkpoints', name)
    const paths = (await nodeFolder(root)).sizes.keys()
    original = new Map(
      await Promise.all(
        [...paths].map(async (path) => [path, new Uint8Array(await readFile(join(root, path)))] as const),
      ),
    )
  })

  /** The folder with some JSON values replaced. */
  const changed = (path: string, values: object) => {
    const json: unknown = JSON.parse(new TextDecoder().decode(original.get(path)))
    const text = JSON.stringify({ ...(json as object), ...values })
    return memoryFiles(name, new Map([...original, [path, new TextEncoder().encode(text)]]))
  }

  it.each([
    ['down_block_types', ['AttnDownBlock2D', 'CrossAttnDownBlock2D']],
    ['down_block_types', ['DownBlock2D']],
    ['mid_block_type', 'UNetMidBlock2DSimpleCrossAttn'],
    ['act_fn', 'mish'],
    ['attention_head_dim', [2, 5]],
    ['num_attention_heads', 8],
    ['block_out_channels', [8, 18]],
    ['block_out_channels', 'wide'],
    ['class_embed_type', 'timestep'],
    ['cross_attention_dim', [32, 32]],
    ['resnet_time_scale_shift', 'scale_shift'],
    ['in_channels', -8],
    ['dual_cross_attention', true],
  ])('names the key of unet/config.json: %s = %j', async (key, value) => {
    const error = readFolder(changed('unet/config.json', { [key]: value }), signal)
    await expect(error).rejects.toMatchObject({ code: 'checkpoint/unsupported' })
    await expect(error).rejects.toThrow(`${key} is ${JSON.stringify(value)} in unet/config.json`)
  })

  it.each([
    ['act_fn', 'gelu'],
    ['encoder_block_out_channels', [8, 16, 8, 8]],
    ['num_encoder_blocks', [1, 1, 1, 1, 1]],
    ['num_decoder_blocks', [1]],
    ['decoder_block_out_channels', [8, 8, 8, 8, 8]],
    ['shift_factor', 0.5],
    ['_class_name', 'AutoencoderDC'],
  ])('names the key of vae/config.json: %s = %j', async (key, value) => {
    const error = readFolder(changed('vae/config.json', { [key]: value }), signal)
    await expect(error).rejects.toThrow(`${key} is ${JSON.stringify(value)} in vae/config.json`)
  })

  it('refuses other pipelines and a U-Net for another number of pictures', async () => {
    const other = readFolder(changed('model_index.json', { _class_name: 'StableDiffusionPipeline' }), signal)
    await expect(other).rejects.toMatchObject({ code: 'checkpoint/unsupported' })
    const intrinsics = readFolder(changed('unet/config.json', { in_channels: 12 }), signal)
    await expect(intrinsics).rejects.toThrow('takes 12 channels')
    const targets = (target_names: unknown) => ({
      _class_name: 'MarigoldIntrinsicsPipeline',
      target_properties: { target_names },
    })
    const unknown = readFolder(changed('model_index.json', targets(['albedo', 'smell'])), signal)
    await expect(unknown).rejects.toThrow('supported is target_names albedo, material or albedo, shading, residual')
    await expect(readFolder(changed('model_index.json', targets(7)), signal)).rejects.toThrow('target_properties is')
    const narrow = readFolder(changed('model_index.json', targets(['albedo', 'material'])), signal)
    await expect(narrow).rejects.toThrow('albedo, material from a picture with 4 latent channels needs 12 and 8')
  })

  it('reads what a checkpoint predicts off its pipeline class', async () => {
    const config = async (values: object) => (await readFolder(changed('model_index.json', values), signal)).config
    expect((await config({})).model?.predicts).toMatchObject({
      modality: 'depth',
      quantity: 'depth',
      useFullZRange: true,
    })
    const normals = { _class_name: 'MarigoldNormalsPipeline', prediction_type: 'normals', use_full_z_range: false }
    expect((await config(normals)).model?.predicts).toMatchObject({ modality: 'normals', useFullZRange: false })
    await expect(config({ ...normals, use_full_z_range: 'half' })).rejects.toThrow('use_full_z_range is "half"')
  })

  it.each(['model_index.json', 'scheduler/scheduler_config.json', 'unet/config.json', 'vae/config.json'])(
    'names the missing %s',
    async (path) => {
      const without = new Map(original)
      without.delete(path)
      const error = readFolder(memoryFiles(name, without), signal)
      await expect(error).rejects.toMatchObject({ code: 'checkpoint/missing-file' })
      await expect(error).rejects.toThrow(path)
    },
  )

  it('gives an id that changes with a config value and with the shape of the weights', async () => {
    const id = async (files = memoryFiles(name, original)) => contentId(await readFolder(files, signal), 'full', signal)
    const first = await id()
    expect(await id()).toBe(first)
    expect(await id(changed('model_index.json', { default_denoising_steps: 3 }))).not.toBe(first)
    expect(await id(changed('text_encoder/config.json', { hidden_act: 'quick_gelu' }))).not.toBe(first)
    expect(await id(changed('tokenizer/vocab.json', { '<|endoftext|>': 21 }))).not.toBe(first)
    expect(await id(changed('tokenizer/special_tokens_map.json', { eos_token: 'a' }))).not.toBe(first)
    const other = await nodeFolder(join(FIXTURES, 'checkpoints/tiny-lcm'))
    expect(await id(other)).not.toBe(first)
  })

  it('gives another id to a fine-tune: the same configs and shapes, other weights', async () => {
    const trained = (bytes: Uint8Array): Uint8Array => {
      const tuned = bytes.slice()
      // A safetensors file begins with the length of its header, in 8 bytes. The last bit of every float changes.
      const header = 8 + Number(new DataView(tuned.buffer).getBigUint64(0, true))
      for (let at = header; at < tuned.length; at += 4) tuned[at] = (tuned[at] ?? 0) ^ 1
      return tuned
    }
    const tuned = [...original].map(([path, bytes]): [string, Uint8Array] => [
      path,
      path.startsWith('unet/') && path.endsWith('.safetensors') ? trained(bytes) : bytes,
    ])
    const id = async (contents: Contents) =>
      contentId(await readFolder(memoryFiles(name, contents), signal), 'full', signal)
    expect(await id(new Map(tuned))).not.toBe(await id(original))
  })

  it('takes the tokens of the tokenizer, or says that they are not there', async () => {
    const config = readClipTextConfig(await fixtureJson(`checkpoints/${name}/text_encoder/config.json`))
    expect(await emptyPromptTokens(memoryFiles(name, original), config, signal)).toEqual([10, 20])
    const object = changed('tokenizer/special_tokens_map.json', { bos_token: { content: 'a' } })
    const vocabulary = await fixtureJson<Record<string, number>>(`checkpoints/${name}/tokenizer/vocab.json`)
    expect(await emptyPromptTokens(object, config, signal)).toEqual([vocabulary['a'], 20])
    const unknown = changed('tokenizer/special_tokens_map.json', { eos_token: 'nowhere' })
    await expect(emptyPromptTokens(unknown, config, signal)).rejects.toThrow('nowhere')
  })
})

describe('weights that do not fit their config', () => {
  it('are named with both shapes', async () => {
    const files = await nodeFolder(join(FIXTURES, 'checkpoints', name))
    const weights = await openWeights(files, 'unet')
    const config = await fixtureJson<Record<string, unknown>>(`checkpoints/${name}/unet/config.json`)
    const wider = readUnetConfig({ ...config, block_out_channels: [16, 16] })
    const build = () => unetGraph(wider, weights, { text: new Float32Array(64) })
    expect(build).toThrow('has shape [32, 8]; its config asks for [64, 16]')
    expect(build).toThrow(expect.objectContaining({ code: 'checkpoint/wrong-shape' }))
    const deeper = readUnetConfig({ ...config, layers_per_block: 2 })
    expect(() => unetGraph(deeper, weights, { text: new Float32Array(64) })).toThrow(
      expect.objectContaining({ code: 'checkpoint/missing-tensor' }),
    )
  })

  it('are found under the attention names of the published Stable Diffusion files', async () => {
    const files = await nodeFolder(join(FIXTURES, 'checkpoints/tiny-ddim-trailing'))
    const vae = readVaeConfig(await fixtureJson('checkpoints/tiny-ddim-trailing/vae/config.json'))
    if (vae.kind !== 'kl') throw new Error('The fixture is an AutoencoderKL.')
    const weights = await openWeights(files, 'vae')
    const old = {
      has: (parameter: string) => weights.has(renamed(parameter)) && !/\.to_(q|k|v|out\.0)\./.test(parameter),
      expect: (parameter: string, shape: readonly number[]) => weights.expect(renamed(parameter), shape),
    }
    const used = (shapes: typeof old) =>
      klDecoderGraph(vae, shapes, {})
        .parameters.map(({ parameter }) => renamed(parameter))
        .sort()
    expect(used(old)).toEqual(used(weights))
    expect(klDecoderGraph(vae, old, {}).parameters.some(({ parameter }) => parameter.includes('proj_attn'))).toBe(true)
  })
})

/** Old attention names → those of the file. */
const renamed = (parameter: string): string =>
  parameter
    .replace('.query.', '.to_q.')
    .replace('.key.', '.to_k.')
    .replace('.value.', '.to_v.')
    .replace('.proj_attn.', '.to_out.0.')
