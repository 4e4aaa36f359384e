import sharp from 'sharp'
import type { DecodedPicture } from '../../node/index.ts'
import { checkSize, MAX_PIXELS, unreadable } from './limits.ts'
import { decodePng16 } from './png16.ts'

/** What browsers read too, so that a graph opens the same pictures everywhere. */
const FORMATS = new Set(['jpeg', 'png', 'webp', 'gif', 'heif', 'avif'])

/** Decodes in Node: upright by the EXIF orientation, the first frame, numbers as stored (profiles are not applied). */
export async function decodeInNode(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<DecodedPicture> {
  const deep = decodePng16(bytes, name)
  if (deep !== undefined) return deep
  // sharp throws at once for an empty file
  if (bytes.length === 0) throw unreadable(name)
  const input = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', ignoreIcc: true })
  const found = await input.metadata().catch((cause: unknown) => {
    // sharp checks its pixel limit before anything else can be asked
    const size = /pixel limit/i.test(String(cause)) ? sizeBeforeLimit(bytes) : undefined
    return size ?? Promise.reject(unreadable(name, cause))
  })
  checkSize(name, found.width, found.height)
  if (!('format' in found) || !FORMATS.has(found.format)) throw unreadable(name)
  try {
    const { data, info } = await input.autoOrient().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, channels: info.channels, data: new Uint8Array(data) }
  } catch (cause) {
    throw unreadable(name, cause)
  }
}

/** Some size beyond the limit: the header was refused, so the true one is not known. */
const sizeBeforeLimit = (bytes: Uint8Array): { width: number; height: number } => {
  const png = bytes.length >= 24 && bytes[0] === 0x89 ? new DataView(bytes.buffer, bytes.byteOffset) : undefined
  return png ? { width: png.getUint32(16), height: png.getUint32(20) } : { width: MAX_PIXELS, height: MAX_PIXELS }
}
