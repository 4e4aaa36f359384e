import { decode } from 'fast-png'
import type { DecodedPicture } from '../../node/index.ts'
import { checkSize, unreadable } from './limits.ts'

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/**
 * A PNG of 16 bits per sample, which browsers and sharp would cut to 8, or undefined for any other file. Errors:
 * `image/unreadable`, `image/too-large`.
 */
export function decodePng16(bytes: Uint8Array, name: string): DecodedPicture | undefined {
  // The first chunk is always IHDR: width, height, bits per sample.
  if (bytes.length < 26 || !SIGNATURE.every((byte, i) => bytes[i] === byte) || bytes[24] !== 16) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  checkSize(name, view.getUint32(16), view.getUint32(20))
  try {
    const { width, height, channels, data } = decode(bytes, { checkCrc: true })
    if (!isChannels(channels) || !(data instanceof Uint16Array) || data.length !== width * height * channels) {
      throw unreadable(name)
    }
    return { width, height, channels, data }
  } catch (cause) {
    throw unreadable(name, cause)
  }
}

const isChannels = (n: number): n is DecodedPicture['channels'] => n >= 1 && n <= 4
