import { constants, createReadStream, open } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import { addAbortSignal, type Readable } from 'node:stream'
import { promisify } from 'node:util'

/** The path that stands for standard input. */
export const STDIN = '-'

/**
 * The bytes of a file, of a pipe as shells make them of `<(command)`, or of standard input. `check` is told the size, of
 * what has no size all that came so far, and throws when that is too much. Rejects with what it throws, or what the system
 * says.
 */
export async function readBytes(
  path: string,
  check: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = addAbortSignal(signal, path === STDIN ? process.stdin : await opened(path, check))
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    check(size)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

async function opened(path: string, check: (bytes: number) => void): Promise<Readable> {
  const file = await stat(path)
  if (file.isFile()) check(file.size)
  if (!file.isFIFO()) return createReadStream(path)
  // To open a pipe to which nobody writes yet would block a thread, which neither an abort nor the end of the process stops.
  const descriptor = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK)
  return new Socket({ fd: descriptor, readable: true, writable: false })
}

const WHY: Readonly<Partial<Record<string, string>>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not there',
  EISDIR: 'is a folder',
  EACCES: 'may not be read by you',
}

/** What is wrong with a file, after its name. */
export const whyUnreadable = (cause: unknown): string =>
  (cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? WHY[cause.code] : undefined) ??
  'cannot be read'
