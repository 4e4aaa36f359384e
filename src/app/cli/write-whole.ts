import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * Writes beside `path` and renames, so that a reader never finds half a file there. On failure nothing is left. What a
 * link leads to is written, not the link; a pipe or a device (/dev/stdout) is written to as it is.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const before = await stat(path).catch(() => undefined)
  if (before !== undefined && !before.isFile() && !before.isDirectory()) return writeFile(path, content)
  const target = await realpath(path).catch(() => path)
  const unfinished = `${target}.${randomUUID()}.tmp`
  try {
    await writeFile(unfinished, content, { flag: 'wx' })
    await rename(unfinished, target)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

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
