import { readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { insteadOf } from '../../../models/catalogue.ts'
import type { LocateCheckpoint, LocatedCheckpoint } from '../../../models/checkpoint/store.ts'
import { AppError } from '../../base/errors.ts'
import { folderName } from '../../base/folder-name.ts'
import { GIVEN_PREFIX } from '../../engine/client.ts'
import type { PictureRef } from '../../node/index.ts'
import { nodeFolder } from '../../weights/node-folder.ts'
import { checkFileSize } from '../pictures/limits.ts'
import { decodeInNode } from '../pictures/node-decoder.ts'
import { PictureShelf } from '../pictures/shelf.ts'
import { locateDownload } from './downloaded.ts'
import { readBytes, STDIN, whyUnreadable } from './read-file.ts'
import { ROOT } from './root.ts'

/** Of the catalogue or of the Hub. */
const NAME = /^[a-z0-9][\w.-]*(?:\/[a-z0-9][\w.-]*)?(?:@[\w.-]+)?$/i

/**
 * What a document says of what is given with --checkpoint, so that whoever opens it elsewhere knows what is missing: of a
 * folder its name, since documents hold no paths; else the name itself.
 */
export async function checkpointId(given: string): Promise<string> {
  const here = await stat(given).catch(() => undefined)
  return here === undefined && NAME.test(given) ? given : `${GIVEN_PREFIX}${folderName(basename(resolve(given)))}`
}

/**
 * Checkpoints in models/, those of the catalogue that were downloaded, and what is given with --checkpoint: a folder, or
 * the name of one of these or of any download. Errors: `checkpoint/not-downloaded`, `checkpoint/unknown`.
 */
export function locateOnDisk(
  given: string | undefined,
): (...asked: Parameters<LocateCheckpoint>) => Promise<LocatedCheckpoint> {
  return async (choice) => {
    if (given !== undefined && choice === (await checkpointId(given))) {
      const here = await stat(given).catch(() => undefined)
      const named = here === undefined ? ((await comesAlong(given)) ?? (await locateDownload(given))) : undefined
      return named ?? { name: basename(resolve(given)), files: await nodeFolder(given) }
    }
    // A graph may come from anybody: it names what was downloaded, and never a path.
    const found = (await comesAlong(choice)) ?? (await locateDownload(choice))
    if (found) return found
    const name = choice.startsWith(GIVEN_PREFIX) ? choice.slice(GIVEN_PREFIX.length) : choice
    throw new AppError('checkpoint/unknown', `The checkpoint “${name}” is not here: graphs name checkpoints only.`, {
      fix: `Give its folder, in the diffusers layout, with --checkpoint DIR, or take another: --checkpoint ${insteadOf(name).id}.`,
    })
  }
}

async function comesAlong(id: string): Promise<LocatedCheckpoint | undefined> {
  const folder = join(ROOT, 'models', id)
  if (!/^[a-z0-9][a-z0-9.-]*$/i.test(id) || !(await isFile(join(folder, 'model_index.json')))) return undefined
  return { name: id, files: await nodeFolder(folder) }
}

/** The example pictures, and what --image gives. */
export const shelfOnDisk = (): PictureShelf =>
  new PictureShelf(decodeInNode, async (name) => {
    const path = join(ROOT, 'examples/images', name)
    return basename(name) === name && (await isFile(path)) ? new Uint8Array(await readFile(path)) : undefined
  })

/** Errors: `image/missing`, `image/too-large`. */
export async function addFile(shelf: PictureShelf, path: string, signal: AbortSignal): Promise<PictureRef> {
  const name = path === STDIN ? 'stdin' : basename(resolve(path))
  const bytes = await readBytes(path, (size) => checkFileSize(name, size), signal).catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause
    throw new AppError('image/missing', `The picture ${path} ${whyUnreadable(cause)}.`, {
      fix: 'Check the path given with --image.',
      cause,
    })
  })
  return shelf.add(bytes, name)
}

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() === true
