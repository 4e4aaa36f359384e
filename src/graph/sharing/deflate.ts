import { AppError } from '../../base/errors.ts'

/** `deflate` has the header and checksum of zlib, as PNG wants it. */
type Format = 'deflate-raw' | 'deflate'

/** Bytes, compressed. */
export const deflate = (bytes: Uint8Array<ArrayBuffer>, format: Format): Promise<Uint8Array<ArrayBuffer>> =>
  through(bytes, new CompressionStream(format), Infinity)

/**
 * What was compressed, at most `most` bytes of it: a small input that claims to be gigabytes costs no more. Errors:
 * `graph/too-large`, `graph/damaged`.
 */
export async function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  format: Format,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await through(bytes, new DecompressionStream(format), most)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('graph/damaged', 'The graph in it is damaged: it cannot be unpacked.', {
      fix: 'Ask for it again, as a link or as a file.',
      cause,
    })
  }
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: GenericTransformStream,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = (stream.writable as WritableStream<Uint8Array<ArrayBuffer>>).getWriter()
  // What goes wrong while writing is seen while reading.
  writer.write(bytes).catch(() => undefined)
  writer.close().catch(() => undefined)
  const reader = (stream.readable as ReadableStream<Uint8Array<ArrayBuffer>>).getReader()
  const parts: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.length
    if (length > most) {
      reader.cancel().catch(() => undefined)
      throw new AppError('graph/too-large', `The graph in it has more than ${most} bytes.`, {
        fix: 'Open a graph that was shared by Marigold Nodes.',
      })
    }
    parts.push(read.value)
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}
