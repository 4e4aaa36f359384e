import { constants } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { AppError } from '../../base/errors.ts'
import { checkPath } from '../files.ts'
import { nodeFolder } from '../node-folder.ts'
import { lockFile } from './lock-file.ts'
import type { UnverifiedFile, WeightStorage } from './storage.ts'

/** Downloads in a folder on the disk, for Node. */
export function diskStorage(root: string): WeightStorage {
  const place = resolve(root)
  const at = (path: string): string => join(place, checkPath(path))
  return {
    place,
    free: async () => {
      // The folder itself may not be there yet.
      for (let folder = place; ; folder = dirname(folder)) {
        const found = await statfs(folder).catch(() => undefined)
        if (found !== undefined) return found.bavail * found.bsize
        if (folder === dirname(folder)) return undefined
      }
    },
    async open(path) {
      const file = at(path)
      await told(file, mkdir(dirname(file), { recursive: true }))
      const unlock = await told(file, lockFile(`${file}.lock`, path))
      try {
        const handle = await told(file, open(file, constants.O_RDWR | constants.O_CREAT))
        return new DiskFile(file, handle, unlock, at)
      } catch (error) {
        await unlock()
        throw error
      }
    },
    size: async (path) => (await stat(at(path)).catch(() => undefined))?.size,
    readText: async (path) => told(at(path), readFile(at(path), 'utf8').catch(unlessMissing), 'weights/unreadable'),
    writeText: async (path, text) => told(at(path), writeSafely(at(path), text)),
    list: async (folder) => {
      const path = folder === '' ? place : at(folder)
      return (await told(path, readdir(path).catch(unlessMissing), 'weights/unreadable')) ?? []
    },
    folder: async (path, name) => nodeFolder(at(path), name),
    remove: async (path) => told(at(path), rm(at(path), { recursive: true, force: true })),
  }
}

class DiskFile implements UnverifiedFile {
  #open = true

  constructor(
    readonly path: string,
    readonly handle: FileHandle,
    readonly unlock: () => Promise<void>,
    readonly at: (path: string) => string,
  ) {}

  async size(): Promise<number> {
    return (await told(this.path, this.handle.stat())).size
  }

  async write(at: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const written = await told(this.path, this.handle.write(bytes, done, bytes.length - done, at + done))
      done += written.bytesWritten
    }
  }

  async read(begin: number, end: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(end - begin)
    let done = 0
    while (done < bytes.length) {
      const { bytesRead } = await told(
        this.path,
        this.handle.read(bytes, done, bytes.length - done, begin + done),
        'weights/unreadable',
      )
      if (bytesRead === 0) break
      done += bytesRead
    }
    return bytes.subarray(0, done)
  }

  flush(): Promise<void> {
    return told(this.path, this.handle.datasync())
  }

  async publish(path: string): Promise<void> {
    const target = this.at(path)
    await told(this.path, this.handle.sync())
    await told(target, mkdir(dirname(target), { recursive: true }))
    // Windows renames no open file; the lock lasts until it has its name.
    await told(this.path, this.handle.close())
    await told(target, rename(this.path, target))
    this.#open = false
    await this.unlock()
  }

  async close(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    // After a `publish` that failed it is closed already.
    await this.handle.close().catch(() => undefined)
    await this.unlock()
  }

  clear(): Promise<void> {
    return told(this.path, this.handle.truncate(0))
  }
}

/** Writes beside the file, makes sure that it is on the disk, and renames. */
async function writeSafely(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.tmp`
  const handle = await open(unfinished, 'w')
  try {
    await handle.writeFile(text)
    await handle.datasync()
  } finally {
    await handle.close()
  }
  await rename(unfinished, path)
}

const codeOf = (cause: unknown): unknown => (cause instanceof Error && 'code' in cause ? cause.code : undefined)

function unlessMissing(cause: unknown): undefined {
  if (codeOf(cause) !== 'ENOENT') throw cause
}

/** What the system says, as this project says it. */
async function told<T>(
  path: string,
  step: Promise<T>,
  code: 'weights/unreadable' | 'weights/not-written' = 'weights/not-written',
): Promise<T> {
  try {
    return await step
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const why = codeOf(cause)
    if (why === 'ENOSPC' || why === 'EDQUOT' || why === 'EFBIG') {
      throw new AppError('weights/no-space', `There is no room for ${path}.`, {
        fix: 'Make room and start the download again: what has arrived is kept.',
        cause,
      })
    }
    const what = code === 'weights/unreadable' ? 'read' : 'written'
    throw new AppError(code, `${path} cannot be ${what} (${typeof why === 'string' ? why : String(cause)}).`, {
      fix: 'Check that the folder may be written to, or set MARIGOLD_CACHE to another one.',
      cause,
    })
  }
}
