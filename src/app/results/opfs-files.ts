import type { PackedFiles } from '../../engine/results/tier.ts'
import type { ResultFolders } from './kept.ts'

const missing = (error: unknown): boolean => error instanceof DOMException && error.name === 'NotFoundError'

/**
 * Packed results in the browser's own file system (the origin private file system), where they outlive the page, and the
 * Worker when it is killed. Tabs share them. A file gets its content at once, when its stream is closed.
 */
export function opfsFiles(name: string): PackedFiles {
  const folder = async (create: boolean) =>
    (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create })
  return {
    async list() {
      const names: string[] = []
      try {
        for await (const entry of (await folder(false)).keys()) names.push(entry)
      } catch (error) {
        if (!missing(error)) throw error
      }
      return names
    },
    async read(file) {
      try {
        const handle = await (await folder(false)).getFileHandle(file)
        return new Uint8Array(await (await handle.getFile()).arrayBuffer())
      } catch (error) {
        if (missing(error)) return undefined
        throw error
      }
    },
    async write(file, packed) {
      const stream = await (await (await folder(true)).getFileHandle(file, { create: true })).createWritable()
      try {
        await stream.write(packed)
      } catch (error) {
        await stream.abort().catch(() => undefined)
        throw error
      }
      await stream.close()
    },
    async remove(file) {
      try {
        await (await folder(false)).removeEntry(file)
      } catch (error) {
        if (!missing(error)) throw error
      }
    },
  }
}

/** The folders at the top of that file system. */
export const opfsFolders: ResultFolders = {
  async list() {
    const names: string[] = []
    for await (const [name, { kind }] of (await navigator.storage.getDirectory()).entries())
      if (kind === 'directory') names.push(name)
    return names
  },
  open: opfsFiles,
  async remove(name) {
    await (await navigator.storage.getDirectory()).removeEntry(name).catch(() => undefined)
  },
}
