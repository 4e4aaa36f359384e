import { interleave, type Planes } from './planes.ts'

/** NumPy's .npy, format version 1.0: little-endian float32, [H, W] for one channel, [H, W, C] for more. */
export function encodeNpy(picture: Planes): Uint8Array {
  const { width, height, channels } = picture
  const shape = channels === 1 ? `(${height}, ${width})` : `(${height}, ${width}, ${channels})`
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`
  // Magic (6), version (2), length (2), dictionary, spaces and a line feed: together a multiple of 64.
  const padding = 63 - ((10 + dictionary.length) % 64)
  const header = `${dictionary}${' '.repeat(padding)}\n`
  const start = 10 + header.length
  const bytes = new Uint8Array(start + 4 * width * height * channels)
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8])
  bytes.set(new TextEncoder().encode(header), 10)
  const values = interleave(picture, new Float32Array(width * height * channels), (v) => v)
  const view = new DataView(bytes.buffer, start)
  values.forEach((value, i) => view.setFloat32(4 * i, value, true))
  return bytes
}
