import { AppError } from '../../base/errors.ts'
import { folderName } from '../../base/folder-name.ts'
import type { GivenFolder } from '../../engine/client.ts'

/** Files of a checkpoint; a downloaded repository has many others. Pickles are listed to be named in the error. */
const OF_A_CHECKPOINT = /\.(json|txt|safetensors|bin|ckpt|pt)$/

/** A checkpoint has about 30 files, three levels deep; whoever picks a whole disk should not wait for its end. */
const MOST = { files: 2_000, entries: 20_000, depth: 5 }

const INDEX = 'model_index.json'

/** From `<input webkitdirectory>`. Errors: `checkpoint/too-many-files`. */
export function folderOfInput(files: readonly File[]): GivenFolder {
  const walk = new Walk()
  for (const file of files) {
    const path = file.webkitRelativePath || file.name
    if (walk.wants(path)) walk.add(path, file)
  }
  return walk.folder()
}

/** From `showDirectoryPicker`. Errors: `checkpoint/too-many-files`. */
export async function folderOfHandle(root: FileSystemDirectoryHandle): Promise<GivenFolder> {
  const walk = new Walk()
  const visit = async (folder: FileSystemDirectoryHandle, path: string, depth: number): Promise<void> => {
    for await (const entry of folder.values()) {
      const at = `${path}/${entry.name}`
      if (entry instanceof FileSystemDirectoryHandle) {
        if (walk.enters(entry.name, depth)) await visit(entry, at, depth + 1)
      } else if (entry instanceof FileSystemFileHandle && walk.wants(at)) walk.add(at, await entry.getFile())
    }
  }
  await visit(root, root.name || 'folder', 1)
  return walk.folder()
}

/** From a drop. Errors: `checkpoint/too-many-files`. */
export async function folderOfEntry(root: FileSystemDirectoryEntry): Promise<GivenFolder> {
  const walk = new Walk()
  const visit = async (folder: FileSystemDirectoryEntry, path: string, depth: number): Promise<void> => {
    const reader = folder.createReader()
    // Entries come a hundred at a time, until there are none.
    for (;;) {
      const entries = await new Promise<readonly FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      )
      if (entries.length === 0) return
      for (const entry of entries) {
        const at = `${path}/${entry.name}`
        if (isFolder(entry)) {
          if (walk.enters(entry.name, depth)) await visit(entry, at, depth + 1)
        } else if (isFile(entry) && walk.wants(at)) walk.add(at, await fileOf(entry))
      }
    }
  }
  await visit(root, root.name, 1)
  return walk.folder()
}

export const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject))

/** Gathers what may belong to a checkpoint. */
class Walk {
  readonly #files = new Map<string, File>()
  #seen = 0

  /** True for a folder to look into. */
  enters(name: string, depth: number): boolean {
    this.#meets()
    return depth < MOST.depth && !name.startsWith('.') && name !== 'node_modules'
  }

  /** True for a file to add. */
  wants(path: string): boolean {
    this.#meets()
    return OF_A_CHECKPOINT.test(path)
  }

  add(path: string, file: File): void {
    if (this.#files.size >= MOST.files) throw tooMany()
    this.#files.set(path, file)
  }

  #meets(): void {
    this.#seen += 1
    if (this.#seen > MOST.entries) throw tooMany()
  }

  /** The picked folder, or the one folder in it that has a `model_index.json`; paths start behind it. */
  folder(): GivenFolder {
    const indexes = [...this.#files.keys()].filter((path) => path.endsWith(`/${INDEX}`))
    const depth = (path: string) => path.split('/').length
    const [nearest, next] = indexes.sort((a, b) => depth(a) - depth(b))
    const alone = nearest !== undefined && (next === undefined || depth(next) > depth(nearest))
    const root = alone ? nearest.slice(0, -INDEX.length) : `${[...this.#files.keys()][0]?.split('/')[0] ?? ''}/`
    const inside = [...this.#files].filter(([path]) => path.startsWith(root))
    return {
      name: folderName(root.split('/').at(-2) ?? ''),
      files: new Map(inside.map(([path, file]) => [path.slice(root.length), file])),
    }
  }
}

const tooMany = (): AppError =>
  new AppError('checkpoint/too-many-files', 'This folder holds too many files to be a checkpoint.', {
    fix: 'Pick the folder with model_index.json in it.',
  })
