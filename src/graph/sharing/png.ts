import { crc32 } from '../../base/crc32.ts'
import { AppError } from '../../base/errors.ts'
import { PNG_SIGNATURE, pngChunk } from '../../base/png-chunk.ts'
import type { GraphDocument } from '../document.ts'
import { LIMITS } from '../limits.ts'
import { deflate, inflate } from './deflate.ts'
import { shareableText } from './shareable.ts'

const KEYWORD = 'marigold-graph'
/** Of an iTXt chunk: the keyword, 0, compressed, by zlib, no language, no translated keyword. */
const HEAD = [...new TextEncoder().encode(KEYWORD), 0, 1, 0, 0, 0]
/** Bytes of the chunk that are read at most. */
const LARGEST = 2 * LIMITS.text

interface Chunk {
  readonly type: string
  /** Where the chunk begins: its length, type, data, CRC. */
  readonly at: number
  readonly data: Uint8Array<ArrayBuffer>
  readonly sum: number
}

/**
 * A PNG that carries what is shareable of a graph, in an iTXt chunk and in place of one that it had. Its pixels stay as they
 * are. Errors: `graph/too-large`, `graph/damaged` (it is no PNG).
 */
export async function withGraph(
  png: Uint8Array<ArrayBuffer>,
  document: GraphDocument,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks = [...chunksOf(png)]
  const end = chunks.find(({ type }) => type === 'IEND')
  if (!isPng(png) || !end) throw damaged('it is no whole PNG')
  const text = new TextEncoder().encode(shareableText(document))
  if (text.length > LIMITS.text) {
    throw new AppError('graph/too-large', `The graph has ${text.length} bytes; a picture carries ${LIMITS.text}.`, {
      fix: 'Write the picture without its graph, and save the graph beside it.',
    })
  }
  const data = new Uint8Array([...HEAD, ...(await deflate(text, 'deflate'))])
  const old = chunks.find(isGraph)
  const until = old?.at ?? end.at
  const after = old ? old.at + 12 + old.data.length : end.at
  return new Uint8Array(
    await new Blob([png.subarray(0, until), pngChunk('iTXt', data), png.subarray(after)]).arrayBuffer(),
  )
}

/** Whether a file begins as every PNG does. */
export const isPng = (bytes: Uint8Array): boolean => PNG_SIGNATURE.every((byte, i) => bytes[i] === byte)

/**
 * The text of the graph that a PNG carries, which is still to be read as any file is; undefined where there is none, also
 * when it is no PNG. Errors: `graph/damaged`, `graph/too-large`.
 */
export async function graphInPng(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  if (!isPng(bytes)) return undefined
  for (const part of chunksOf(bytes)) {
    if (!isGraph(part)) continue
    if (part.data.length > LARGEST) {
      throw new AppError('graph/too-large', `The graph in the picture has ${part.data.length} bytes.`, {
        fix: 'Open a picture that was written by Marigold Nodes.',
      })
    }
    if (crc32(bytes.subarray(part.at + 4, part.at + 8 + part.data.length)) !== part.sum) {
      throw damaged('its checksum does not fit')
    }
    if (HEAD.some((byte, i) => part.data[i] !== byte)) throw damaged('it is written in another way')
    const text = await inflate(part.data.slice(HEAD.length), 'deflate', LIMITS.text)
    return new TextDecoder().decode(text)
  }
  return undefined
}

const isGraph = ({ type, data }: Chunk): boolean =>
  type === 'iTXt' && [...KEYWORD].every((letter, i) => data[i] === letter.charCodeAt(0)) && data[KEYWORD.length] === 0

/** The chunks up to the first that does not lie within the file. */
function* chunksOf(bytes: Uint8Array<ArrayBuffer>): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = PNG_SIGNATURE.length; at + 12 <= bytes.length;) {
    const length = view.getUint32(at)
    const end = at + 12 + length
    if (end > bytes.length) return
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    yield { type, at, data: bytes.subarray(at + 8, at + 8 + length), sum: view.getUint32(end - 4) }
    if (type === 'IEND') return
    at = end
  }
}

const damaged = (why: string): AppError =>
  new AppError('graph/damaged', `The graph in the picture cannot be used: ${why}.`, {
    fix: 'Ask for it as a file. To use the picture itself, drop it on a Load Image node.',
  })
