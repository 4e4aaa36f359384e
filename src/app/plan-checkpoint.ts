import { publishedPrompts, publishedRow } from '../../models/catalogue.ts'
import { isMarigold } from '../../models/checkpoint/modality.ts'
import { AppError } from '../base/errors.ts'
import type { Hub } from '../weights/hub/hub.ts'
import { planDownload, type DownloadPlan, type Wanted } from '../weights/hub/plan-download.ts'
import { promptOf } from '../weights/hub/same-encoder.ts'
import type { WeightStorage } from '../weights/hub/storage.ts'

/**
 * `planDownload`, for what can be opened afterwards: nobody should wait for gigabytes to be told that they are something
 * else, nor for a text encoder whose empty prompt is published. Errors: those of `planDownload`, and
 * `checkpoint/unsupported`.
 */
export async function planCheckpoint(
  hub: Hub,
  storage: WeightStorage,
  wanted: Omit<Wanted, 'prompt'>,
  signal: AbortSignal,
): Promise<DownloadPlan> {
  const row = publishedRow(wanted.id)
  const prompt: Wanted['prompt'] = async (repository) =>
    row === undefined ? promptOf(hub, repository, publishedPrompts, signal) : row.prompt
  const plan = await planDownload(hub, storage, { ...wanted, prompt }, signal)
  const { id, pipeline } = plan.repository
  // Of an autoencoder alone the Hub names no pipeline; neither does it for every pipeline.
  const alone = plan.variants.unet === undefined
  if (alone || pipeline === undefined || isMarigold(pipeline)) return plan
  throw new AppError('checkpoint/unsupported', `${id} is a ${pipeline}, and no Marigold checkpoint.`, {
    fix: 'Look for a Marigold checkpoint, or give the repository of an autoencoder alone.',
  })
}
