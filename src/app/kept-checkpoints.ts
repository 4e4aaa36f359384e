import { insteadOf, publishedRow } from '../../models/catalogue.ts'
import type { LocatedCheckpoint } from '../../models/checkpoint/store.ts'
import { AppError } from '../base/errors.ts'
import { GIVEN_PREFIX } from '../engine/client.ts'
import { openCopy } from '../weights/hub/copies.ts'
import { findDownload, openDownload } from '../weights/hub/downloads.ts'
import { opfsStorage } from '../weights/hub/opfs-storage.ts'
import { repositoryNamed } from './repository-named.ts'

/** The folder of the browser's own file system in which downloads are. */
export const CHECKPOINTS = 'checkpoints'
/** And that in which copies of the person's folders are. */
export const COPIES = 'copies'

/**
 * A checkpoint that is kept in this browser: a download, by its name in the catalogue or on the Hub, or a copy of a
 * folder; undefined for other words. Errors: `checkpoint/not-downloaded`, `checkpoint/not-given`.
 */
export async function locateKept(choice: string): Promise<LocatedCheckpoint | undefined> {
  if (choice.startsWith(GIVEN_PREFIX)) return locateCopy(choice.slice(GIVEN_PREFIX.length))
  const named = repositoryNamed(choice)
  if (named === undefined) return undefined
  const name = publishedRow(choice)?.name ?? choice
  const storage = opfsStorage(CHECKPOINTS)
  const found = await findDownload(storage, named.id, named.revision)
  if (found !== undefined) return { name, files: await openDownload(storage, found) }
  throw new AppError('checkpoint/not-downloaded', `${name} is not in this browser yet.`, {
    fix: 'Press Download in Load Checkpoint: it shows how much comes from where before anything does.',
    remedies: [{ do: 'download' }],
  })
}

async function locateCopy(name: string): Promise<LocatedCheckpoint> {
  const files = await openCopy(opfsStorage(COPIES), name)
  if (files !== undefined) return { name, files }
  throw new AppError(
    'checkpoint/not-given',
    `The checkpoint “${name}” is not here: graphs name folders, they do not hold them.`,
    {
      fix: 'Drop its folder on the page, or press “Open a checkpoint folder” in Load Checkpoint; or take another one.',
      remedies: [{ do: 'set', param: 'checkpoint', value: insteadOf(name).id }],
    },
  )
}
