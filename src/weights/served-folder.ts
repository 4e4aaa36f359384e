import { AppError } from '../base/errors.ts'
import { sha256 } from '../base/hash.ts'
import { remember } from '../base/remember.ts'
import { checkPath, missing, type CheckpointFiles } from './files.ts'
import { blobSource, bytesSource, type ByteSource } from './source.ts'

/** What a served file must be: its length, and its content when the hash is known. */
export interface ServedFile {
  readonly path: string
  readonly bytes: number
  /** Lower-case hexadecimal. */
  readonly sha256?: string
}

export interface ServedFolder {
  readonly name: string
  /** Where the folder is; may be relative to the page. */
  readonly base: string
  readonly files: readonly ServedFile[]
}

/**
 * Files up to this many bytes are held in memory, larger ones as Blobs, which the browser may put on disk: each tensor
 * that is read from a Blob is a message to another process.
 */
const IN_MEMORY = 256 * 2 ** 20

/** Bytes of `path` that have arrived, of how many. */
export type DownloadProgress = (path: string, done: number, of: number) => void

/**
 * A folder behind a URL, with a list of its files, since a web server has no listing. A file is fetched whole when it
 * is first opened (static servers do not reliably do ranges) and kept. A failed download is forgotten, so that opening
 * again retries; a caller who aborts leaves those who wait for the same file with the same failure. Errors: `checkpoint/missing-file`, `checkpoint/download-failed`, `weights/truncated`,
 * `weights/wrong-content`.
 */
export function servedFolder(folder: ServedFolder, progress: DownloadProgress = () => undefined): CheckpointFiles {
  const listed = new Map(folder.files.map((file) => [checkPath(file.path), file]))
  const opened = new Map<string, Promise<ByteSource>>()
  return {
    name: folder.name,
    sizes: new Map(folder.files.map(({ path, bytes }) => [path, bytes])),
    async open(path, signal) {
      const file = listed.get(path) ?? missing(folder.name, path)
      return remember(opened, path, () => fetchFile(folder.base, file, progress, signal))
    },
  }
}

async function fetchFile(
  base: string,
  file: ServedFile,
  progress: DownloadProgress,
  signal: AbortSignal | undefined,
): Promise<ByteSource> {
  const url = `${base.replace(/\/$/, '')}/${file.path.split('/').map(encodeURIComponent).join('/')}`
  const content = await receive(url, file, progress, signal)
  if (file.sha256 !== undefined) {
    const found = await sha256(content instanceof Blob ? new Uint8Array(await content.arrayBuffer()) : content)
    if (found !== file.sha256) throw wrong(file, `has the content ${found}, not ${file.sha256}`)
  }
  return content instanceof Blob ? blobSource(content) : bytesSource(content)
}

async function receive(
  url: string,
  file: ServedFile,
  progress: DownloadProgress,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer> | Blob> {
  const memory = file.bytes <= IN_MEMORY ? new Uint8Array(file.bytes) : undefined
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let done = 0
  try {
    const response = await fetch(url, signal === undefined ? {} : { signal })
    if (!response.ok || response.body === null) throw failed(url, `The server answered ${response.status}.`)
    const reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> = response.body.getReader()
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const end = done + part.value.byteLength
      // A page of HTML instead of the file, or an endless one: no need to wait for its end.
      if (end > file.bytes) {
        await reader.cancel()
        throw wrong(file, `is longer than the ${file.bytes} bytes it should have`)
      }
      if (memory) memory.set(part.value, done)
      else chunks.push(part.value)
      done = end
      progress(file.path, done, file.bytes)
    }
  } catch (cause) {
    if (cause instanceof AppError || signal?.aborted === true) throw cause
    throw failed(url, 'The connection failed.', cause)
  }
  if (done === file.bytes) return memory ?? new Blob(chunks)
  throw new AppError('weights/truncated', `${file.path} arrived with ${done} bytes of ${file.bytes}.`, {
    fix: 'Try again.',
  })
}

const wrong = (file: ServedFile, what: string) =>
  new AppError('weights/wrong-content', `${file.path} ${what}.`, {
    fix: 'The server gives another file than the one this version was made with: reload the page.',
  })

const failed = (url: string, why: string, cause?: unknown) =>
  new AppError('checkpoint/download-failed', `${url} could not be downloaded. ${why}`, {
    fix: 'Check the connection and try again.',
    ...(cause !== undefined && { cause }),
  })
