import { constants } from 'node:fs'
import { access, mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * Rejects when no file can be made in a folder: it, or the nearest of the folders above it that is there, is no folder or
 * is read only.
 */
export async function checkWritable(folder: string): Promise<void> {
  const path = resolve(folder)
  const found = await stat(path).catch((error: unknown) => {
    if (dirname(path) === path) throw error
  })
  if (found === undefined) return checkWritable(dirname(path))
  if (!found.isDirectory()) throw new Error(`${path} is no folder.`)
  await access(path, constants.W_OK | constants.X_OK)
}

/**
 * Makes a folder and those above it. Not by mkdir's own `recursive`, which never ends where a file system says that the
 * folder above is missing although it is there, as /proc does (seen with Node 20).
 */
export async function makeFolder(folder: string): Promise<void> {
  const path = resolve(folder)
  if (await isFolder(path)) return
  if (dirname(path) !== path) await makeFolder(dirname(path))
  await mkdir(path).catch(async (error: unknown) => {
    // Another program may have made it meanwhile.
    if (!(await isFolder(path))) throw error
  })
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true
