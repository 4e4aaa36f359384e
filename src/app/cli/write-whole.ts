import { randomUUID } from 'node:crypto'
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises'

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
