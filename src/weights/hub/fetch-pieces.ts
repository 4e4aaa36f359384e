import { AppError } from '../../base/errors.ts'
import type { Hub } from './hub.ts'
import type { Pieces } from './pieces.ts'
import { failed, receive } from './receive.ts'
import type { HubFile } from './repository.ts'
import { retried, Transient } from './retry.ts'

/** What has arrived does not belong to what the server has now: all must be fetched again. */
export class Restart extends Error {
  constructor(
    /** Said when it happens again and again. */
    readonly error: AppError,
    /** False for a server that gives whole files only. */
    readonly inPieces: boolean,
  ) {
    super(error.message)
  }
}

/**
 * Fetches the missing pieces of a file over a few connections. When one fails for good the others stop; finished pieces
 * stay. `If-Range` is not sent: a page may not send it to another host without asking first, and what it protects from,
 * the tag of each answer tells. Errors: `Restart`, and those of `downloadFile`.
 */
export async function fetchPieces(
  hub: Hub,
  url: string,
  pieces: Pieces,
  arrived: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  const left = pieces.missing.values()
  const connection = async (): Promise<void> => {
    for (const piece of left) {
      await fetchPiece(hub, url, pieces, piece, arrived, both)
      await pieces.finish(piece)
    }
  }
  const connections = Array.from({ length: hub.connections }, connection)
  try {
    await Promise.all(connections)
  } catch (failure) {
    stop.abort()
    await Promise.allSettled(connections)
    throw failure
  }
}

async function fetchPiece(
  hub: Hub,
  url: string,
  pieces: Pieces,
  piece: number,
  arrived: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { file, stored } = pieces
  const end = pieces.end(piece)
  let at = pieces.begin(piece)
  await retried(hub, signal, async (gained) => {
    await receive(hub, url, { Range: `bytes=${at}-${end - 1}` }, signal, async (response, body) => {
      checkAnswer(url, response, pieces, at, end)
      for await (const chunk of body) {
        if (at + chunk.byteLength > end) throw new Transient(failed(url, 'More came than was asked for.'))
        await stored.write(at, chunk)
        at += chunk.byteLength
        arrived(chunk.byteLength)
        gained()
      }
    })
    if (at < end) throw new Transient(truncated(file, at))
  })
}

/** Throws unless the answer is the part [begin, end) of the file that the other pieces are of. */
function checkAnswer(url: string, { status, headers }: Response, pieces: Pieces, begin: number, end: number): void {
  const { file } = pieces
  if (status === 200) throw new Restart(failed(url, 'The server gives no parts of files.'), false)
  const [, first, last, total] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(headers.get('Content-Range') ?? '') ?? []
  if (total !== undefined && total !== '*' && Number(total) !== file.bytes) throw wrongLength(file, Number(total))
  const wanted = first === undefined || (Number(first) === begin && Number(last) === end - 1)
  if (status !== 206 || !wanted) throw new Transient(failed(url, 'The server gave another part than was asked for.'))
  const etag = headers.get('ETag')
  if (etag !== null && pieces.etag !== null && etag !== pieces.etag) throw new Restart(changed(file), true)
  pieces.etag ??= etag
}

export const truncated = ({ path, bytes }: HubFile, at: number): AppError =>
  new AppError('weights/truncated', `${path} stops after ${at} bytes of ${bytes}.`, {
    fix: 'Check the connection and try again: what has arrived is kept.',
  })

export const wrongLength = ({ path, bytes }: HubFile, found: number | string): AppError =>
  new AppError('weights/wrong-content', `${path} has ${found} bytes on the server, not ${bytes} as published.`, {
    fix: 'Try again; if it stays so, something between the server and here changes files.',
  })

const changed = ({ path }: HubFile): AppError =>
  new AppError('weights/changed', `${path} changes on the server while it is downloaded.`, {
    fix: 'Try again later.',
  })
