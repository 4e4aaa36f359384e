import { AppError } from '../../base/errors.ts'
import { STEM, type Component, type Variant } from '../tensors.ts'
import type { HubFile, Repository } from './repository.ts'

/** Read by this project beside the weights, where they exist. */
const CONFIGS = [
  'scheduler/scheduler_config.json',
  'unet/config.json',
  'vae/config.json',
  'text_encoder/config.json',
  'tokenizer/vocab.json',
  'tokenizer/special_tokens_map.json',
]

/** The files of a checkpoint to download, and in which precision its weights are there. */
export interface NeededFiles {
  /** In the order to download them: what makes a folder usable, an index of shards or the model's own, comes last. */
  readonly files: readonly HubFile[]
  readonly variants: Readonly<Partial<Record<Component, Variant>>>
}

/**
 * The files of a repository in the diffusers layout that make a checkpoint: of each component one precision, the wanted
 * one where it is published. An autoencoder that is published by itself has its files at the root, or in `vae`. Errors:
 * `checkpoint/not-diffusers`, `checkpoint/missing-file`.
 */
export function neededFiles({ id, files }: Repository, wanted: Variant): NeededFiles {
  const find = (path: string): HubFile | undefined => files.find((file) => file.path === path)
  const index = find('model_index.json')
  const vae = index === undefined ? vaeAlone(files) : undefined
  const last = index ?? (vae === undefined ? undefined : find(`${vae}config.json`))
  if (last === undefined) throw notDiffusers(id)
  const weights: HubFile[] = []
  const indices: HubFile[] = []
  const variantOf = (component: Component, folder = `${component}/`): Variant => {
    const order: readonly Variant[] = wanted === 'fp16' ? ['fp16', 'full'] : ['full', 'fp16']
    for (const variant of order) {
      const found = weightsOf(files, folder + STEM[component], variant)
      if (found.length === 0) continue
      for (const file of found) (file.path.endsWith('.json') ? indices : weights).push(file)
      return variant
    }
    throw noWeights(id, component)
  }
  const variants =
    vae === undefined
      ? { unet: variantOf('unet'), vae: variantOf('vae'), text_encoder: variantOf('text_encoder') }
      : { vae: variantOf('vae', vae) }
  const texts = files.filter(({ path }) => LICENCE.test(path) || (vae === undefined && CONFIGS.includes(path)))
  return { files: [...weights, ...texts, ...indices, last], variants }
}

const LICENCE = /^(?:LICEN[CS]E|NOTICE)[^/]*$/i

/** The folder, with a slash behind it, of an autoencoder that is published by itself; undefined where there is none. */
function vaeAlone(files: readonly HubFile[]): '' | 'vae/' | undefined {
  const has = (path: string): boolean => files.some((file) => file.path === path)
  if (has('unet/config.json')) return undefined
  return (['vae/', ''] as const).find(
    (folder) =>
      has(`${folder}config.json`) &&
      files.some(({ path }) => path.startsWith(folder + STEM.vae) && /\.(?:safetensors|bin)$/.test(path)),
  )
}

/** One file, or an index with its shards; empty when the component does not come in this precision. */
function weightsOf(files: readonly HubFile[], stem: string, variant: Variant): readonly HubFile[] {
  const [whole, index, shard] =
    variant === 'full'
      ? [`${stem}.safetensors`, `${stem}.safetensors.index.json`, `${stem}-`]
      : [`${stem}.fp16.safetensors`, `${stem}.safetensors.index.fp16.json`, `${stem}.fp16-`]
  const one = files.find(({ path }) => path === whole)
  if (one !== undefined) return [one]
  const list = files.find(({ path }) => path === index)
  const shards = files.filter(({ path }) => path.startsWith(shard) && /-\d+-of-\d+\.safetensors$/.test(path))
  return list === undefined || shards.length === 0 ? [] : [...shards, list]
}

const notDiffusers = (id: string): AppError =>
  new AppError(
    'checkpoint/not-diffusers',
    `${id} is no checkpoint in the diffusers layout: it has neither a model_index.json nor an autoencoder alone.`,
    { fix: 'Give the repository of a Marigold checkpoint as diffusers publishes it, not one for other programs.' },
  )

const noWeights = (id: string, component: Component): AppError =>
  new AppError('checkpoint/missing-file', `${id} has no safetensors weights for its ${component}.`, {
    fix: 'Use a repository that publishes safetensors: pickle files may run code when they are opened.',
  })
