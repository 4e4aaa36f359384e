import { isJsonObject } from '../files.ts'
import type { HubFile } from './repository.ts'

/** What of a file has arrived and is on the disk, so that a download goes on after a crash. */
export interface Journal {
  /** As the server names this content; null while it has not said. */
  readonly etag: string | null
  /** Numbers of the pieces that are whole. */
  readonly done: ReadonlySet<number>
}

export const writeJournal = ({ bytes, hash }: HubFile, pieceBytes: number, { etag, done }: Journal): string =>
  JSON.stringify({ schema: 1, bytes, hash: hash.hex, pieceBytes, etag, done: [...done].sort((a, b) => a - b) })

/**
 * The journal of this very file, cut into pieces of this size, of which `stored` bytes are there. Anything else, also
 * what cannot be read, is as if there were none.
 */
export function readJournal(text: string | undefined, file: HubFile, pieceBytes: number, stored: number): Journal {
  const json = parsed(text)
  const same =
    json['schema'] === 1 &&
    json['bytes'] === file.bytes &&
    json['hash'] === file.hash.hex &&
    json['pieceBytes'] === pieceBytes
  const { etag, done } = json
  if (!same || !Array.isArray(done) || !(etag === null || typeof etag === 'string'))
    return { etag: null, done: new Set() }
  const pieces = Math.ceil(file.bytes / pieceBytes)
  const whole = (done as readonly unknown[]).filter(
    (piece): piece is number =>
      typeof piece === 'number' &&
      Number.isInteger(piece) &&
      piece >= 0 &&
      piece < pieces &&
      Math.min(file.bytes, (piece + 1) * pieceBytes) <= stored,
  )
  return { etag, done: new Set(whole) }
}

function parsed(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(text ?? '')
    return isJsonObject(json) ? json : {}
  } catch {
    return {}
  }
}
