import { service } from '../base/service.ts'
import type { PictureRef } from './params.ts'

/** A decoded picture: interleaved samples as stored, before any colour or size change. */
export interface DecodedPicture {
  readonly width: number
  readonly height: number
  /** 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA. */
  readonly channels: 1 | 2 | 3 | 4
  /** Uint8Array for 8 bits, Uint16Array for 16. */
  readonly data: Uint8Array | Uint16Array
}

/** Pictures by reference. Errors: `image/missing` (the file is not here), `image/unreadable` (it is not a picture). */
export interface Pictures {
  load(ref: PictureRef, signal: AbortSignal): Promise<DecodedPicture>
}

export const Pictures = service<Pictures>('pictures')

/** Where Export nodes leave their files: a folder on the command line, a download in the page. */
export interface OutputFiles {
  /**
   * `name` has a safe alphabet and no folder; the bytes are handed over. `carries`: the file is a PNG that is to carry the graph
   * which made it.
   */
  write(name: string, bytes: Uint8Array, mime: string, carries?: 'graph'): Promise<void>
}

export const OutputFiles = service<OutputFiles>('output-files')
