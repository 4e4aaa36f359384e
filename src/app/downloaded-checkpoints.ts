import { publishedRow } from '../../models/catalogue.ts'
import type { LocatedCheckpoint } from '../../models/checkpoint/store.ts'
import { AppError } from '../base/errors.ts'
import { findDownload, openDownload } from '../weights/hub/downloads.ts'
import { opfsStorage } from '../weights/hub/opfs-storage.ts'

/** The folder of the browser's own file system in which downloads are. */
export const CHECKPOINTS = 'checkpoints'

/**
 * A checkpoint of the catalogue that was downloaded into this browser; undefined for what is none of the published ones.
 * Errors: `checkpoint/not-downloaded`.
 */
export async function locateDownloaded(choice: string): Promise<LocatedCheckpoint | undefined> {
  const row = publishedRow(choice)
  if (row === undefined) return undefined
  const storage = opfsStorage(CHECKPOINTS)
  const found = await findDownload(storage, row.repository)
  if (found !== undefined) return { name: row.name, files: await openDownload(storage, found) }
  throw new AppError('checkpoint/not-downloaded', `${row.name} is not in this browser yet.`, {
    fix: 'Press Download in Load Checkpoint: it shows how much comes from where before anything does.',
  })
}
