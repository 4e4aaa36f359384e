import { AppError } from '../../base/errors.ts'
import { checkPath, sourceFolder } from '../files.ts'
import type { ByteSource } from '../source.ts'
import { opfsSource, type ReadHandle } from './opfs-source.ts'
import type { UnverifiedFile, WeightStorage } from './storage.ts'

interface SyncHandle extends ReadHandle {
  write(from: Uint8Array, options: { at: number }): number
  truncate(size: number): void
  flush(): void
}
interface FileHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<SyncHandle>
  move(folder: FileSystemDirectoryHandle, name: string): Promise<void>
}

/**
 * Downloads in a folder of the browser's own file system (the origin private file system), for a Worker only: pages have
 * no handles that write in place.
 */
export function opfsStorage(root: string): WeightStorage {
  const folderAt = async (parts: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle> => {
    let folder = await navigator.storage.getDirectory()
    for (const part of [root, ...parts]) folder = await folder.getDirectoryHandle(part, { create })
    return folder
  }
  const place = async (path: string, create: boolean): Promise<Place> => {
    const parts = checkPath(path).split('/')
    return { folder: await folderAt(parts.slice(0, -1), create), name: parts.at(-1) ?? '' }
  }
  const fileAt = async (path: string, create: boolean): Promise<FileHandle> => {
    const { folder, name } = await place(path, create)
    return (await folder.getFileHandle(name, { create })) as FileHandle
  }
  const publish = async (file: FileHandle, path: string): Promise<void> => {
    const { folder, name } = await place(path, true)
    await file.move(folder, name)
  }
  return {
    place: 'this browser',
    async free() {
      const { quota, usage } = await navigator.storage.estimate()
      return quota === undefined || usage === undefined ? undefined : Math.max(0, quota - usage)
    },
    open: (path) =>
      told(path, async () => {
        const file = await fileAt(path, true)
        return new OpfsFile(path, await file.createSyncAccessHandle(), (to) => publish(file, to))
      }),
    size: (path) => told(path, async () => (await (await fileAt(path, false)).getFile()).size).catch(unlessMissing),
    readText: (path) =>
      told(path, async () => (await (await fileAt(path, false)).getFile()).text()).catch(unlessMissing),
    writeText: (path, text) =>
      told(path, async () => {
        const unfinished = await fileAt(`${path}.tmp`, true)
        const handle = await unfinished.createSyncAccessHandle()
        try {
          handle.truncate(0)
          writeAll(handle, 0, new TextEncoder().encode(text))
          handle.flush()
        } finally {
          handle.close()
        }
        await publish(unfinished, path)
      }),
    async list(folder) {
      const names: string[] = []
      const parts = folder === '' ? [] : checkPath(folder).split('/')
      await told(folder, async () => {
        for await (const name of (await folderAt(parts, false)).keys()) names.push(name)
      }).catch(unlessMissing)
      return names
    },
    folder: (path, name) =>
      told(path, async () => {
        const files = new Map<string, ByteSource>()
        await collect(await folderAt(checkPath(path).split('/'), false), '', files)
        return sourceFolder(name, files)
      }),
    remove: (path) =>
      told(path, async () => {
        const { folder, name } = await place(path, false)
        await folder.removeEntry(name, { recursive: true })
      }).catch(unlessMissing),
  }
}

interface Place {
  readonly folder: FileSystemDirectoryHandle
  readonly name: string
}

async function collect(
  folder: FileSystemDirectoryHandle,
  under: string,
  files: Map<string, ByteSource>,
): Promise<void> {
  for await (const [name, entry] of folder.entries()) {
    if (entry.kind === 'directory') await collect(entry as FileSystemDirectoryHandle, `${under}${name}/`, files)
    else files.set(under + name, await opfsSource(entry as FileSystemFileHandle))
  }
}

class OpfsFile implements UnverifiedFile {
  #open = true

  constructor(
    readonly path: string,
    readonly handle: SyncHandle,
    readonly move: (to: string) => Promise<void>,
  ) {}

  size(): Promise<number> {
    return told(this.path, () => this.handle.getSize())
  }

  write(at: number, bytes: Uint8Array): Promise<void> {
    return told(this.path, () => writeAll(this.handle, at, bytes))
  }

  read(begin: number, end: number): Promise<Uint8Array> {
    return told(this.path, () => {
      const bytes = new Uint8Array(end - begin)
      return bytes.subarray(0, this.handle.read(bytes, { at: begin }))
    })
  }

  flush(): Promise<void> {
    return told(this.path, () => this.handle.flush())
  }

  async publish(path: string): Promise<void> {
    await this.flush()
    await this.close()
    await told(path, () => this.move(path))
  }

  async close(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    this.handle.close()
  }

  clear(): Promise<void> {
    return told(this.path, () => this.handle.truncate(0))
  }
}

function writeAll(handle: SyncHandle, at: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    const written = handle.write(bytes.subarray(done), { at: at + done })
    if (written === 0) throw new DOMException('Nothing was written.', 'QuotaExceededError')
    done += written
  }
}

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : '')

/** For `told`: what is not there. */
function unlessMissing(error: unknown): undefined {
  const name = error instanceof AppError ? nameOf(error.cause) : ''
  if (name !== 'NotFoundError') throw error
}

/** What the browser says, as this project says it. */
async function told<T>(path: string, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    switch (nameOf(cause)) {
      case 'QuotaExceededError':
        throw new AppError('weights/no-space', `The browser has no room for ${path}.`, {
          fix: 'Make room on the disk and start the download again: what has arrived is kept.',
          cause,
        })
      case 'NoModificationAllowedError':
        throw new AppError(
          'weights/in-use',
          `${path} is in use: it is being downloaded, or a model is being loaded from it.`,
          {
            fix: 'Wait for that to end, or close the other tab.',
            cause,
          },
        )
      default:
        throw new AppError('weights/not-written', `${path} cannot be kept in the browser: ${String(cause)}.`, {
          fix: 'Use a window that is not private, and allow this site to keep data.',
          cause,
        })
    }
  }
}
