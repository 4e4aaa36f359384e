/** Interleaved 8-bit RGBA, sRGB, from the top left. */
export interface PixelBytes {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
}

/** IEC 61966-2-1: what a byte of sRGB is in linear light, 0..1. */
const LINEAR = Float32Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
})

/** The picture's colour at each of the places [0..1, from the top left], as bytes of sRGB; three per place. */
export function sampledBytes(uvs: Float32Array, { data, width, height }: PixelBytes): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((uvs.length / 2) * 3)
  for (let at = 0; at < uvs.length / 2; at++) {
    const x = Math.min(width - 1, Math.floor((uvs[2 * at] ?? 0) * width))
    const y = Math.min(height - 1, Math.floor((uvs[2 * at + 1] ?? 0) * height))
    const from = 4 * (y * width + x)
    bytes.set(data.subarray(from, from + 3), 3 * at)
  }
  return bytes
}

export const linear = (bytes: Uint8Array): Float32Array<ArrayBuffer> =>
  Float32Array.from(bytes, (byte) => LINEAR[byte] ?? 0)

/** The bytes of a bitmap, no larger than colours of points need. */
export function bytesOf(bitmap: ImageBitmap, longest = 1024): PixelBytes | undefined {
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  const context = canvas.getContext('2d', { willReadFrequently: true })
  context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  return context?.getImageData(0, 0, canvas.width, canvas.height)
}
