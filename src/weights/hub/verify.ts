import { AppError } from '../../base/errors.ts'
import type { CheckpointFiles } from '../files.ts'
import { bytesOf, openDownload, type Download } from './downloads.ts'
import { StreamedHash } from './file-hash.ts'
import { placesOf } from './places.ts'
import type { HubFile } from './repository.ts'
import type { WeightStorage } from './storage.ts'

/** A file that is not as it was published, and what of it is wrong. */
export interface DamagedFile extends HubFile {
  readonly fault: 'missing' | 'wrong-length' | 'wrong-content' | 'unreadable'
}

export interface VerifyListener {
  /** `done` of `bytes` of the download were looked at; `path` is the file that is read. */
  progress(now: { readonly done: number; readonly bytes: number; readonly path: string }): void
}

/** Read at once to be hashed. */
const PART = 2 ** 22

/**
 * Hashes the files of a download again, and resolves to those that are not as published. Each is deleted as soon as it is
 * found, and the checkpoint is not used any more; the next download of it fetches these files only. Errors: those of the
 * storage, `weights/changed` when somebody writes to a file meanwhile, and the signal's reason.
 */
export async function verifyDownload(
  storage: WeightStorage,
  download: Download,
  listener: VerifyListener,
  signal: AbortSignal,
): Promise<readonly DamagedFile[]> {
  const { folder, manifest } = placesOf(download)
  const files = await openDownload(storage, download)
  const bytes = bytesOf(download)
  const damaged: DamagedFile[] = []
  let before = 0
  for (const file of download.files) {
    const { path } = file
    const told = (done: number): void => listener.progress({ done: before + done, bytes, path })
    const fault = await faultOf(files, file, told, signal)
    before += file.bytes
    told(0)
    if (fault === undefined) continue
    damaged.push({ ...file, fault })
    // The manifest first: it must not speak of what is gone.
    await storage.remove(manifest)
    await storage.remove(`${folder}/${path}`)
  }
  return damaged
}

/** What is wrong with a file; undefined when it is as published. */
async function faultOf(
  files: CheckpointFiles,
  { path, bytes, hash }: HubFile,
  told: (done: number) => void,
  signal: AbortSignal,
): Promise<DamagedFile['fault'] | undefined> {
  const size = files.sizes.get(path)
  if (size === undefined) return 'missing'
  if (size !== bytes) return 'wrong-length'
  const found = await StreamedHash.of(hash.algorithm, bytes)
  try {
    const source = await files.open(path, signal)
    for (let at = 0; at < bytes; at += PART) {
      signal.throwIfAborted()
      const end = Math.min(bytes, at + PART)
      found.update(await source.slice(at, end))
      told(end)
    }
  } catch (error) {
    // A disk that cannot give it back is as bad as one that gives back something else.
    if (error instanceof AppError && error.code === 'weights/unreadable') return 'unreadable'
    throw error
  }
  return found.hex() === hash.hex ? undefined : 'wrong-content'
}
