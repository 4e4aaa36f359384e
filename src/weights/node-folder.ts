import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { AppError } from '../base/errors.ts'
import { checkPath, missing, type CheckpointFiles } from './files.ts'
import { AGAIN, checkRange, heldReads, shorter, type ByteSource, type HeldBytes } from './source.ts'

/** A diffusers folder has about 20 files, two levels deep. */
const MAX_FILES = 10_000
const MAX_DEPTH = 4

/**
 * A folder on the disk, for Node only. Links to files are followed, as the Hugging Face cache is made of them; links to
 * folders and names beginning with a dot are not. Files are read piecewise. Errors: `checkpoint/missing-file`,
 * `checkpoint/too-many-files`.
 */
export async function nodeFolder(folder: string, name: string = basename(resolve(folder))): Promise<CheckpointFiles> {
  const root = resolve(folder)
  const listed = new Map<string, Stats>()
  await list(root, '', 1, (path, file) => listed.set(path, file))
  return {
    name,
    sizes: new Map([...listed].map(([path, { size }]) => [path, size])),
    async stamp() {
      const lines: string[] = []
      await list(root, '', 1, (path, { size, mtimeMs }) => lines.push(`${path} ${size} ${mtimeMs}`))
      return lines.sort().join('\n')
    },
    async open(path) {
      return fileSource(join(root, checkPath(path)), listed.get(path) ?? missing(name, path))
    },
  }
}

type Found = (path: string, file: Stats) => unknown

/** Tells `found` of every file; returns how many there are with those `before`. */
async function list(root: string, under: string, depth: number, found: Found, before = 0): Promise<number> {
  let files = before
  const entries = await readdir(join(root, under), { withFileTypes: true }).catch((cause: unknown) => {
    throw new AppError('checkpoint/missing-file', `${join(root, under)} ${why(cause)}.`, {
      fix: 'Give a folder on this machine that holds model_index.json.',
      cause,
    })
  })
  for (const entry of entries) {
    const path = under + entry.name
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory()) {
      if (depth < MAX_DEPTH) files = await list(root, `${path}/`, depth + 1, found, files)
      continue
    }
    const file = await stat(join(root, path)).catch(() => undefined)
    if (file?.isFile() !== true) continue
    found(path, file)
    files += 1
    if (files > MAX_FILES) {
      throw new AppError('checkpoint/too-many-files', `${root} has more than ${MAX_FILES} files.`, {
        fix: 'Give the folder that holds model_index.json.',
      })
    }
  }
  return files
}

function why(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOENT') return 'is not there'
  return code === 'ENOTDIR' ? 'is a file, not a folder' : 'cannot be read'
}

/**
 * Opens the file for each slice: nothing is held open between them, so nothing has to be closed. A file that was changed
 * since it was listed is not read: what was made of one content must not go on with another.
 */
const fileSource = (path: string, listed: Stats): ByteSource => ({
  size: listed.size,
  async slice(begin, end) {
    checkRange(begin, end, listed.size)
    const bytes = new Uint8Array(end - begin)
    const handle = await open(path).catch((cause: unknown) => {
      throw gone(path, cause)
    })
    try {
      checkUnchanged(path, await handle.stat(), listed)
      for (let done = 0; done < bytes.length;) {
        const { bytesRead } = await handle.read(bytes, done, atMost(bytes.length - done), begin + done)
        if (bytesRead === 0) throw shorter(path)
        done += bytesRead
      }
    } finally {
      await handle.close()
    }
    return bytes
  },
  hold: async () => heldFile(path, listed),
})

function heldFile(path: string, listed: State): HeldBytes {
  const handle = openNow(path)
  const fill = (into: Uint8Array, at: number): number => {
    checkUnchanged(path, fstatSync(handle), listed)
    return readSync(handle, into, 0, atMost(into.length), at)
  }
  return heldReads(listed.size, fill, { name: path, close: () => closeSync(handle) })
}

function openNow(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (cause) {
    throw gone(path, cause)
  }
}

type State = Pick<Stats, 'size' | 'mtimeMs'>

function checkUnchanged(path: string, now: State, listed: State): void {
  if (now.size === listed.size && now.mtimeMs === listed.mtimeMs) return
  throw new AppError('weights/changed', `${path} was changed since the checkpoint was read.`, { fix: AGAIN })
}

/** Linux gives at most 2 GiB at once. */
const atMost = (bytes: number): number => Math.min(bytes, 1 << 30)

const gone = (path: string, cause: unknown): AppError =>
  new AppError('weights/unreadable', `${path} can no longer be read.`, { fix: AGAIN, cause })
