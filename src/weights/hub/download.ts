import { AppError } from '../../base/errors.ts'
import type { Variant } from '../tensors.ts'
import { downloadFile } from './download-file.ts'
import { readManifest, writeManifest } from './downloads.ts'
import { byteText } from '../../base/byte-text.ts'
import type { Hub } from './hub.ts'
import { readJournal } from './journal.ts'
import { neededFiles, type NeededFiles } from './needed-files.ts'
import { placesOf, unverifiedOf, type Places } from './places.ts'
import { Rate } from './rate.ts'
import { readRepository, type HubFile, type Repository } from './repository.ts'
import type { WeightStorage } from './storage.ts'

/** What a download would fetch, to be shown before anything is. */
export interface DownloadPlan extends NeededFiles {
  readonly repository: Repository
  /** Of all files. */
  readonly bytes: number
  /** Of those not here yet. */
  readonly missing: number
}

/**
 * Asks the Hub what a checkpoint is made of, and looks at what of it is here. Errors: those of `readRepository` and
 * `neededFiles`.
 */
export async function planDownload(
  hub: Hub,
  storage: WeightStorage,
  wanted: { readonly id: string; readonly revision: string; readonly variant: Variant },
  signal: AbortSignal,
): Promise<DownloadPlan> {
  const repository = await readRepository(hub, wanted.id, wanted.revision, signal)
  const needed = neededFiles(repository, wanted.variant)
  const places = placesOf(repository)
  let here = 0
  for (const file of needed.files) here += await bytesHere(hub, storage, places, file)
  const bytes = needed.files.reduce((sum, file) => sum + file.bytes, 0)
  return { ...needed, repository, bytes, missing: bytes - here }
}

async function bytesHere(hub: Hub, storage: WeightStorage, places: Places, file: HubFile): Promise<number> {
  if (await isHere(storage, places, file)) return file.bytes
  const { unverified, journal } = unverifiedOf(places, file.path)
  const text = await storage.readText(journal)
  const { done } = readJournal(text, file, hub.pieceBytes, (await storage.size(unverified)) ?? 0)
  return [...done].reduce((sum, piece) => sum + Math.min(hub.pieceBytes, file.bytes - piece * hub.pieceBytes), 0)
}

/** A file has its name only when its hash was right. */
const isHere = async (storage: WeightStorage, { folder }: Places, { path, bytes }: HubFile): Promise<boolean> =>
  (await storage.size(`${folder}/${path}`)) === bytes

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
  await checkRoom(storage, plan)
  const { repository } = plan
  const places = placesOf(repository)
  const rate = new Rate()
  let [done, told] = [0, -Infinity]
  const arrived = (bytes: number, fetched: boolean): void => {
    const now = performance.now()
    done += bytes
    if (fetched) rate.add(bytes, now)
    if (now - told < PROGRESS_MS && done < plan.bytes) return
    told = now
    const { bytesPerSecond } = rate
    const secondsLeft =
      bytesPerSecond === undefined || bytesPerSecond === 0 ? undefined : (plan.bytes - done) / bytesPerSecond
    listener.progress({ done, bytes: plan.bytes, bytesPerSecond, secondsLeft })
  }
  for (const file of plan.files) {
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
  await writeManifest(storage, repository, plan.files, await readManifest(storage, repository))
  await storage.remove(places.unverified)
}

/** Throws `weights/no-space` unless there is room for what is missing, and a tenth more. */
async function checkRoom(storage: WeightStorage, { missing, repository }: DownloadPlan): Promise<void> {
  const free = await storage.free()
  if (free === undefined || missing === 0 || free >= 1.1 * missing) return
  const room = `${byteText(missing)} are to come and ${byteText(free)} are free in ${storage.place}`
  throw new AppError('weights/no-space', `There is no room for ${repository.id}: ${room}.`, {
    fix: 'Make room, or delete another download.',
  })
}
