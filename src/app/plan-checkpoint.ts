import { isMarigold } from '../../models/checkpoint/modality.ts'
import { AppError } from '../base/errors.ts'
import { planDownload, type DownloadPlan } from '../weights/hub/plan-download.ts'

/**
 * `planDownload`, for what can be opened afterwards: nobody should wait for gigabytes to be told that they are something
 * else. Errors: those of `planDownload`, and `checkpoint/unsupported`.
 */
export async function planCheckpoint(...asked: Parameters<typeof planDownload>): Promise<DownloadPlan> {
  const plan = await planDownload(...asked)
  const { id, pipeline } = plan.repository
  // Of an autoencoder alone the Hub names no pipeline; neither does it for every pipeline.
  const alone = plan.variants.unet === undefined
  if (alone || pipeline === undefined || isMarigold(pipeline)) return plan
  throw new AppError('checkpoint/unsupported', `${id} is a ${pipeline}, and no Marigold checkpoint.`, {
    fix: 'Look for a Marigold checkpoint, or give the repository of an autoencoder alone.',
  })
}
