import { AppError } from '../../src/base/errors.ts'
import { hash128, sha256 } from '../../src/base/hash.ts'
import { canonical, type Json } from '../../src/base/json.ts'
import { readJson, type CheckpointFiles } from '../../src/weights/files.ts'
import { openWeights, type Component, type Variant, type WeightSet } from '../../src/weights/tensors.ts'
import { readVaeConfig, vaeFactor, type VaeConfig } from '../architectures/autoencoder-config.ts'
import { ConfigReader, type ConfigJson } from '../architectures/config.ts'
import { readUnetConfig, type UnetConfig } from '../architectures/unet-config.ts'
import { readSchedulerConfig } from '../schedulers/read.ts'
import type { CheckpointConfig } from './checkpoint.ts'
import { readPrediction, TARGETS, type Modality } from './modality.ts'
import { isVaeAlone, laidOut, vaeOnly } from './vae-alone.ts'

/** The configs of a checkpoint folder, checked against each other. */
export interface CheckpointFolder {
  readonly files: CheckpointFiles
  readonly config: CheckpointConfig
  /** Reading it throws `checkpoint/vae-only` of a VAE alone. */
  readonly unet: UnetConfig
  readonly vae: VaeConfig
  /** All config texts, for the content id. */
  readonly texts: ConfigJson
}

const configs = ['model_index.json', 'scheduler/scheduler_config.json', 'unet/config.json', 'vae/config.json'] as const

/**
 * Reads the configs of a diffusers folder, of a Marigold pipeline or of an autoencoder alone; no weights. Errors:
 * `checkpoint/missing-file`, `checkpoint/bad-json`, `checkpoint/unsupported`.
 */
export async function readFolder(given: CheckpointFiles, signal: AbortSignal): Promise<CheckpointFolder> {
  const files = laidOut(given)
  if (isVaeAlone(files)) return readVae(files, signal)
  checkComplete(files)
  const [index, scheduler, unetJson, vaeJson] = await Promise.all([
    readJson(files, configs[0], signal),
    readJson(files, configs[1], signal),
    readJson(files, configs[2], signal),
    readJson(files, configs[3], signal),
  ])
  const reader = new ConfigReader(configs[0], index)
  const predicts = readPrediction(reader)
  const unet = readUnetConfig(unetJson)
  const vae = readVaeConfig(vaeJson)
  checkTogether(unet, vae, predicts.modality)
  return {
    files,
    unet,
    vae,
    texts: { index, scheduler, unet: unetJson, vae: vaeJson },
    config: {
      factor: vaeFactor(vae),
      latentChannels: vae.latentChannels,
      model: {
        scheduler: readSchedulerConfig(scheduler),
        predicts,
        defaultSteps: optionalInteger(reader, 'default_denoising_steps'),
        defaultResolution: optionalInteger(reader, 'default_processing_resolution'),
      },
    },
  }
}

async function readVae(files: CheckpointFiles, signal: AbortSignal): Promise<CheckpointFolder> {
  const json = await readJson(files, configs[3], signal)
  const reader = new ConfigReader(configs[3], json)
  // Of a folder with a config.json it is not known that it is an autoencoder at all.
  if (json['_class_name'] === undefined) reader.refuse('_class_name', 'AutoencoderKL or AutoencoderTiny')
  const vae = readVaeConfig(json)
  const config = { factor: vaeFactor(vae), latentChannels: vae.latentChannels, model: null }
  return {
    files,
    vae,
    texts: { vae: json },
    config,
    get unet(): never {
      throw vaeOnly(files.name)
    },
  }
}

/** Throws `checkpoint/missing-file` naming all configs that are missing: the folder may be another one altogether. */
function checkComplete({ name, sizes }: CheckpointFiles): void {
  const missing = configs.filter((path) => !sizes.has(path))
  if (missing.length === 0) return
  const verb = missing.length === 1 ? 'is' : 'are'
  throw new AppError(
    'checkpoint/missing-file',
    `${name} is no complete Marigold checkpoint: ${missing.join(', ')} ${verb} missing.`,
    {
      fix: 'Give the folder in the diffusers layout, as published, that has model_index.json, scheduler, unet and vae.',
    },
  )
}

const optionalInteger = (reader: ConfigReader, key: string): number | null =>
  (reader.json[key] ?? null) === null ? null : reader.integer(key, 1)

function checkTogether(unet: UnetConfig, vae: VaeConfig, modality: Modality): void {
  const latent = vae.latentChannels
  const predicted = TARGETS[modality].length * latent
  if (unet.inChannels === latent + predicted && unet.outChannels === predicted) return
  const message =
    `The U-Net takes ${unet.inChannels} channels and gives ${unet.outChannels}; ${TARGETS[modality].join(', ')} from a ` +
    `picture with ${latent} latent channels needs ${latent + predicted} and ${predicted}.`
  throw new AppError('checkpoint/unsupported', message, {
    fix: 'Use a Marigold checkpoint as published, in whose folder model_index.json, unet and vae belong together.',
  })
}

/** Bytes of every tensor that go into the content id. */
const SAMPLE = 4096

/**
 * A content id of the folder: configs, the tokenizer, sizes of the weight files, names, types, shapes and places of their tensors, and
 * 4 KiB from the middle of each tensor (all of a smaller one). Training changes every weight, so another fine-tune has
 * another id; an edit in place that spares the middle of every tensor has not. Reading gigabytes to see that too would
 * keep people waiting. A folder whose files have known hashes should use those instead, which also needs no download.
 */
export async function contentId(folder: CheckpointFolder, variant: Variant, signal: AbortSignal): Promise<string> {
  const parts: Json[] = [canonical(folder.texts as Json)]
  const components: readonly Component[] = folder.config.model === null ? ['vae'] : ['unet', 'vae', 'text_encoder']
  for (const component of components) {
    // Without it the checkpoint can be known, encode and decode; denoising says what is missing.
    if (component === 'text_encoder' && !hasTextEncoder(folder.files)) continue
    parts.push(await describe(await openWeights(folder.files, component, { prefer: variant, signal }), signal))
  }
  parts.push(await promptFiles(folder.files, signal))
  return hash128(canonical(parts))
}

/** An id of the text encoder and its tokenizer, by the same rule: what has the same one has the same empty prompt. */
export async function encoderId(files: CheckpointFiles, variant: Variant, signal: AbortSignal): Promise<string> {
  const weights = await openWeights(files, 'text_encoder', { prefer: variant, signal })
  return hash128(canonical([await describe(weights, signal), await promptFiles(files, signal)]))
}

/** Whether the empty prompt can be embedded: the text encoder's config and weights are there. */
export const hasTextEncoder = ({ sizes }: CheckpointFiles): boolean =>
  sizes.has('text_encoder/config.json') &&
  [...sizes.keys()].some((path) => /^text_encoder\/.+\.(safetensors|bin|ckpt|pt)$/.test(path))

/** Hashes of what the embedding of the empty prompt depends on beside the weights. */
async function promptFiles(files: CheckpointFiles, signal: AbortSignal): Promise<Json> {
  const read = ['text_encoder/config.json', 'tokenizer/vocab.json', 'tokenizer/special_tokens_map.json']
  const hashes = read.map(async (path): Promise<Json> => {
    if (!files.sizes.has(path)) return [path, null]
    const source = await files.open(path, signal)
    return [path, await sha256(new Uint8Array(await source.slice(0, source.size)))]
  })
  return Promise.all(hashes)
}

async function describe(weights: WeightSet, signal: AbortSignal): Promise<Json> {
  const tensors = weights.names.map(async (name): Promise<Json> => {
    const { dtype, shape, begin, end, file } = weights.get(name)
    const length = end - begin
    const from = Math.max(0, Math.floor((length - SAMPLE) / 2))
    const sample = await weights.bytes(name, from, Math.min(length, from + SAMPLE))
    signal.throwIfAborted()
    return [name, dtype, [...shape], begin, end, file, await sha256(new Uint8Array(sample))]
  })
  return [[...weights.sources].map(([path, source]) => [path, source.size]), await Promise.all(tensors)]
}
