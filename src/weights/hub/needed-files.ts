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
  readonly variants: Readonly<Record<Component, Variant>>
}

/**
 * The files of a repository in the diffusers layout that make a checkpoint: of each component one precision, the wanted
 * one where it is published. Errors: `checkpoint/not-diffusers`, `checkpoint/missing-file`.
 */
export function neededFiles({ id, files }: Repository, wanted: Variant): NeededFiles {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const index = byPath.get('model_index.json')
  if (index === undefined) {
    throw new AppError('checkpoint/not-diffusers', `${id} has no model_index.json: it is no diffusers checkpoint.`, {
      fix: 'Give the repository of a Marigold checkpoint in the diffusers layout.',
    })
  }
  const weights: HubFile[] = []
  const indices: HubFile[] = []
  const variantOf = (component: Component): Variant => {
    const order: readonly Variant[] = wanted === 'fp16' ? ['fp16', 'full'] : ['full', 'fp16']
    for (const variant of order) {
      const found = weightsOf(files, component, variant)
      if (found.length === 0) continue
      for (const file of found) (file.path.endsWith('.json') ? indices : weights).push(file)
      return variant
    }
    throw noWeights(id, component)
  }
  const variants = { unet: variantOf('unet'), vae: variantOf('vae'), text_encoder: variantOf('text_encoder') }
  const texts = files.filter(({ path }) => CONFIGS.includes(path) || /^(LICEN[CS]E|NOTICE)[^/]*$/i.test(path))
  return { files: [...weights, ...texts, ...indices, index], variants }
}

/** One file, or an index with its shards; empty when the component does not come in this precision. */
function weightsOf(files: readonly HubFile[], component: Component, variant: Variant): readonly HubFile[] {
  const stem = `${component}/${STEM[component]}`
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

const noWeights = (id: string, component: Component): AppError =>
  new AppError('checkpoint/missing-file', `${id} has no safetensors weights for its ${component}.`, {
    fix: 'Use a repository that publishes safetensors: pickle files may run code when they are opened.',
  })
