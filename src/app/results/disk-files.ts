import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PackedFiles } from '../../engine/results/tier.ts'
import type { ResultFolders } from './kept.ts'

const PART = '.part'
const missing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** The folders in a folder on the disk, which may not be there yet. */
export const diskFolders = (folder: string): ResultFolders => ({
  list: async () => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (missing(error)) return []
      throw error
    })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  },
  open: (name) => diskFiles(join(folder, name)),
  remove: (name) => rmdir(join(folder, name)).catch(() => undefined),
})

/** Packed results in a folder on the disk, made when the first is written. Several processes may share it. */
export function diskFiles(folder: string): PackedFiles {
  return {
    list: async () => {
      const names = await readdir(folder).catch((error: unknown) => {
        if (missing(error)) return []
        throw error
      })
      return names.filter((name) => !name.endsWith(PART))
    },
    read: async (name) =>
      readFile(join(folder, name)).catch((error: unknown) => {
        if (missing(error)) return undefined
        throw error
      }),
    async write(name, packed) {
      await mkdir(folder, { recursive: true })
      const part = join(folder, `${name}.${process.pid}${PART}`)
      try {
        await writeFile(part, packed)
        await rename(part, join(folder, name))
      } catch (error) {
        await rm(part, { force: true }).catch(() => undefined)
        throw error
      }
    },
    remove: (name) => rm(join(folder, name), { force: true }),
  }
}
