import { AppError } from '../../base/errors.ts'
import { downloadFile } from './download-file.ts'
import { bytesOf, writeManifest } from './downloads.ts'
import type { Hub } from './hub.ts'
import { placesOf, unverifiedOf } from './places.ts'
import { isHere, type DownloadPlan } from './plan-download.ts'
import { fetchPrompt, type PublishedPrompt } from './published-prompt.ts'
import { Rate } from './rate.ts'
import { checkRoom } from './room.ts'
import type { HubFile } from './repository.ts'
import type { WeightStorage } from './storage.ts'

export interface DownloadListener {
  /** At most ten times a second. `done` of `bytes` are here. */
  progress(now: {
    readonly done: number
    readonly bytes: number
    readonly bytesPerSecond: number | undefined
    readonly secondsLeft: number | undefined
  }): void
  /** A file is here, and what was published. */
  verified(file: HubFile): void
  /** The embedding of the empty prompt could not be had: the text encoder, of so many bytes more, comes in its place. */
  instead(bytes: number, why: AppError): void
}

const PROGRESS_MS = 100

/**
 * Downloads what a plan says, and makes it a checkpoint that `findDownload` finds when all of it is here and verified.
 * Stopped or failed, it goes on the next time where it was. Errors: `weights/no-space`, those of `downloadFile`, and the
 * signal's reason.
 */
export async function download(
  hub: Hub,
  storage: WeightStorage,
  plan: DownloadPlan,
  listener: DownloadListener,
  signal: AbortSignal,
): Promise<void> {
  const { repository, prompt } = plan
  await checkRoom(storage, repository.id, plan.missing)
  const places = placesOf(repository)
  const rate = new Rate()
  let [done, told, total] = [0, -Infinity, plan.bytes]
  const arrived = (bytes: number, fetched: boolean): void => {
    const now = performance.now()
    done += bytes
    if (fetched) rate.add(bytes, now)
    if (now - told < PROGRESS_MS && done < total) return
    told = now
    const { bytesPerSecond } = rate
    const secondsLeft =
      bytesPerSecond === undefined || bytesPerSecond === 0 ? undefined : (total - done) / bytesPerSecond
    listener.progress({ done, bytes: total, bytesPerSecond, secondsLeft })
  }
  let files = plan.files
  if (prompt?.here === true) arrived(prompt.published.bytes, false)
  else if (prompt) {
    const why = await failureOf(prompt.published, hub, storage, (bytes) => arrived(bytes, true), signal)
    if (why) {
      files = [...prompt.instead, ...files]
      const more = bytesOf({ files: prompt.instead })
      total += more - prompt.published.bytes
      await checkRoom(storage, repository.id, plan.missing + more)
      listener.instead(more, why)
    }
  }
  for (const file of files) {
    signal.throwIfAborted()
    if (await isHere(storage, places, file)) {
      arrived(file.bytes, false)
      continue
    }
    const path = file.path.split('/').map(encodeURIComponent).join('/')
    await downloadFile(
      {
        hub,
        storage,
        url: `${hub.host}/${repository.id}/resolve/${repository.revision}/${path}`,
        file,
        ...unverifiedOf(places, file.path),
        path: `${places.folder}/${file.path}`,
        arrived: (bytes) => arrived(bytes, true),
      },
      signal,
    )
    listener.verified(file)
  }
  await writeManifest(storage, repository, {
    files,
    ...(files === plan.files && prompt && { prompt: prompt.published.encoder }),
  })
  await storage.remove(places.unverified)
}

/** Fetches it; resolves to why it cannot be had, where that is so. Errors: `weights/no-space`, and the signal's reason. */
async function failureOf(
  prompt: PublishedPrompt,
  hub: Hub,
  storage: WeightStorage,
  arrived: (bytes: number) => void,
  signal: AbortSignal,
): Promise<AppError | undefined> {
  try {
    await fetchPrompt(hub, storage, prompt, arrived, signal)
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof AppError) || error.code === 'weights/no-space') throw error
    return error
  }
}
