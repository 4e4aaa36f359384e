import { AppError } from '../../src/base/errors.ts'
import { missing, type CheckpointFiles } from '../../src/weights/files.ts'
import type { Checkpoint, ModelConfig } from './checkpoint.ts'

/** Of a diffusers model that is published by itself: its config, and what `openWeights` looks for. */
const OF_A_MODEL = /^(?:config\.json|diffusion_pytorch_model[^/]*\.(?:safetensors|json|bin))$/

/**
 * The folder as checkpoints are laid out. An autoencoder that is published by itself, as madebyollin/taesd and
 * stabilityai/sd-vae-ft-mse are, has its files at the root; they are then found under `vae/`.
 */
export function laidOut(files: CheckpointFiles): CheckpointFiles {
  if (!files.sizes.has('config.json') || files.sizes.has('model_index.json') || files.sizes.has('vae/config.json'))
    return files
  const places = new Map([...files.sizes.keys()].filter((path) => OF_A_MODEL.test(path)).map((at) => [`vae/${at}`, at]))
  return {
    ...files,
    sizes: new Map([...places].map(([path, at]) => [path, files.sizes.get(at) ?? 0])),
    open: async (path, signal) => files.open(places.get(path) ?? missing(files.name, path), signal),
  }
}

/** Whether a folder that is laid out holds an autoencoder and no part of a model beside it. */
export const isVaeAlone = ({ sizes }: CheckpointFiles): boolean =>
  sizes.has('vae/config.json') &&
  !sizes.has('model_index.json') &&
  ![...sizes.keys()].some((path) => /^(?:unet|scheduler|text_encoder|tokenizer)\//.test(path))

/** For whoever wants more of a checkpoint than its VAE. */
export const vaeOnly = (name: string): AppError =>
  new AppError(
    'checkpoint/vae-only',
    `${name} is a VAE alone: it encodes and decodes, but there is no model to denoise.`,
    {
      fix: 'Connect a Marigold checkpoint here, and this one to VAE Encode, to the decoder, or to both.',
    },
  )

/** What a checkpoint, which people know as `name`, says of its model. Errors: `checkpoint/vae-only`. */
export function modelOf({ config }: Checkpoint, name: string): ModelConfig {
  if (config.model === null) throw vaeOnly(name)
  return config.model
}
