import { AppError } from '../../base/errors.ts'
import type { Hub } from './hub.ts'
import { fetchPieces, Restart } from './fetch-pieces.ts'
import { fetchWhole } from './fetch-whole.ts'
import { Pieces } from './pieces.ts'
import type { HubFile } from './repository.ts'
import type { UnverifiedFile, WeightStorage } from './storage.ts'

export interface FileDownload {
  readonly hub: Hub
  readonly storage: WeightStorage
  readonly url: string
  readonly file: HubFile
  /** Where it is filled. */
  readonly unverified: string
  /** Where what has arrived is written down. */
  readonly journal: string
  /** Its name once its content is known to be right. */
  readonly path: string
  /** Bytes that are there now, beside those told before; below zero where some were thrown away. */
  readonly arrived: (bytes: number) => void
}

/** A server that changes the file each time is not waited for. */
const RESTARTS = 3

/**
 * Downloads a file, going on with what is there of it, and gives it its name when its hash is the published one. Whatever
 * fails, or when the signal stops it, what has arrived is kept for the next time; what has turned out wrong is not.
 * Errors: `checkpoint/download-failed`, `checkpoint/no-access`, `checkpoint/not-found`, `weights/truncated`,
 * `weights/wrong-content`, `weights/changed`, those of the storage, and the signal's reason.
 */
export async function downloadFile(download: FileDownload, signal: AbortSignal): Promise<void> {
  const { storage } = download
  const stored = await storage.open(download.unverified)
  try {
    await fill(download, stored, signal)
    await stored.publish(download.path)
  } finally {
    await stored.close()
  }
  await storage.remove(download.journal)
}

async function fill(download: FileDownload, stored: UnverifiedFile, signal: AbortSignal): Promise<void> {
  const { file, hub, storage, journal } = download
  // A small file is not worth a question for its parts, which servers that compress it do not answer.
  let inPieces = file.bytes > hub.pieceBytes
  let counted = 0
  const arrived = (bytes: number): void => {
    counted += bytes
    download.arrived(bytes)
  }
  for (let restarts = 0; ; restarts++) {
    let wrong: AppError
    if (inPieces) {
      const pieces = await Pieces.open(file, hub.pieceBytes, stored, storage, journal)
      const resumed = pieces.bytes
      arrived(resumed)
      try {
        await fetchPieces(hub, download.url, pieces, arrived, signal)
        const hex = await pieces.hex()
        if (hex === file.hash.hex) return
        wrong = wrongContent(file, hex)
        // Something that was kept from before may be to blame, a disk or a server of then.
        if (resumed === 0) restarts = RESTARTS
      } catch (failure) {
        if (!(failure instanceof Restart)) throw failure
        inPieces = failure.inPieces
        wrong = failure.error
      }
    } else {
      const hex = await fetchWhole(hub, download.url, file, stored, arrived, signal)
      if (hex === file.hash.hex) return
      wrong = wrongContent(file, hex)
      restarts = RESTARTS
    }
    // The journal first: it must not speak of what is gone.
    await storage.remove(journal)
    await stored.clear()
    arrived(-counted)
    if (restarts >= RESTARTS) throw wrong
  }
}

const wrongContent = ({ path, hash }: HubFile, found: string): AppError =>
  new AppError('weights/wrong-content', `${path} arrived with the content ${found}, not ${hash.hex} as published.`, {
    fix: 'It was thrown away. Try again; if it stays so, something between the server and here changes files.',
  })
