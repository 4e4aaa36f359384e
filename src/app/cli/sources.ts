import { readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { LocateCheckpoint } from '../../../models/checkpoint/store.ts'
import { AppError } from '../../base/errors.ts'
import type { PictureRef } from '../../node/index.ts'
import { nodeFolder } from '../../weights/node-folder.ts'
import { decodeInNode } from '../pictures/node-decoder.ts'
import { PictureShelf } from '../pictures/shelf.ts'
import { ROOT } from './root.ts'

/** What a document says of the folder given with --checkpoint: documents hold no paths. */
export const GIVEN = 'folder:given'

/** Checkpoints in models/, and the folder given with --checkpoint. */
export function locateOnDisk(given: string | undefined): LocateCheckpoint {
  return async (choice) => {
    if (choice === GIVEN && given !== undefined) {
      return { name: basename(resolve(given)), files: await nodeFolder(given) }
    }
    const folder = join(ROOT, 'models', choice)
    if (!/^[a-z0-9][a-z0-9.-]*$/i.test(choice) || !(await isFile(join(folder, 'model_index.json')))) return undefined
    return { name: choice, files: await nodeFolder(folder) }
  }
}

/** The example pictures, and what --image gives. */
export const shelfOnDisk = (): PictureShelf =>
  new PictureShelf(decodeInNode, async (name) => {
    const path = join(ROOT, 'examples/images', name)
    return basename(name) === name && (await isFile(path)) ? bytesOf(path) : undefined
  })

/** Throws `image/missing`. */
export async function addFile(shelf: PictureShelf, path: string): Promise<PictureRef> {
  if (!(await isFile(path))) {
    throw new AppError('image/missing', `There is no picture ${path}.`, { fix: 'Check the path given with --image.' })
  }
  return shelf.add(await bytesOf(path), basename(path))
}

const bytesOf = async (path: string): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await readFile(path))

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() === true
