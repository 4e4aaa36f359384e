import { breather } from '../../base/pause.ts'
import { PNG_SIGNATURE, pngChunk } from '../../base/png-chunk.ts'
import type { Planes } from './planes.ts'

/** Bytes of pixels that are compressed in one go: a few milliseconds. */
const BAND = 2 ** 16

/**
 * PNG, grey or RGB: `trunc(v · 255)` or `trunc(v · 65535)` in float32, as diffusers' visualize_depth and
 * export_depth_to_16bit_png, but values outside 0..1 are cut off where numpy would wrap around. Not-a-number becomes 0.
 *
 * Written band by band by the platform's own zlib, with pauses: libraries compress all at once, for 50 to 150 ms at 768 × 576, and
 * an edit or a cancel would wait for it on the engine's thread. Rejects with the signal's reason when it is aborted.
 */
export async function encodePng(
  picture: Planes,
  depth: 8 | 16,
  signal?: AbortSignal,
  pause = breather(() => performance.now()),
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, channels } = picture
  const header = new DataView(new ArrayBuffer(13))
  header.setUint32(0, width)
  header.setUint32(4, height)
  header.setUint8(8, depth)
  header.setUint8(9, channels === 3 ? 2 : 0)
  const data = await compressed(picture, depth, signal, pause)
  const chunks = [
    pngChunk('IHDR', new Uint8Array(header.buffer)),
    pngChunk('IDAT', data),
    pngChunk('IEND', new Uint8Array()),
  ]
  return new Uint8Array(await new Blob([new Uint8Array(PNG_SIGNATURE), ...chunks]).arrayBuffer())
}

async function compressed(
  picture: Planes,
  depth: 8 | 16,
  signal: AbortSignal | undefined,
  pause: () => Promise<void>,
): Promise<Uint8Array> {
  const { width, height, channels } = picture
  const rowBytes = 1 + (width * channels * depth) / 8
  const rows = Math.max(1, Math.floor(BAND / rowBytes))
  const stream = new CompressionStream('deflate')
  const writer = stream.writable.getWriter()
  const read = new Response(stream.readable).arrayBuffer()
  try {
    for (let top = 0; top < height; top += rows) {
      await writer.write(band(picture, depth, top, Math.min(height, top + rows), rowBytes))
      await pause()
      signal?.throwIfAborted()
    }
    await writer.close()
  } catch (error) {
    await Promise.allSettled([writer.abort(error), read])
    throw error
  }
  return new Uint8Array(await read)
}

/** Rows as PNG has them: a 0, for no filter, and the samples of each pixel, the larger byte first. */
function band(
  { width, height, channels, planes }: Planes,
  depth: 8 | 16,
  top: number,
  bottom: number,
  rowBytes: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((bottom - top) * rowBytes)
  const largest = 2 ** depth - 1
  const pixels = width * height
  let at = 0
  for (let y = top; y < bottom; y++) {
    at += 1
    for (let i = y * width; i < (y + 1) * width; i++) {
      for (let c = 0; c < channels; c++) {
        const v = planes[c * pixels + i] ?? 0
        const sample = v > 0 ? Math.min(largest, Math.trunc(Math.fround(v * largest))) : 0
        if (depth === 16) bytes[at++] = sample >> 8
        bytes[at++] = sample & 0xff
      }
    }
  }
  return bytes
}
