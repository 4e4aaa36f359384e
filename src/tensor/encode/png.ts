import { encode } from 'fast-png'
import { interleave, type Planes } from './planes.ts'

/**
 * PNG, grey or RGB: `trunc(v · 255)` or `trunc(v · 65535)` in float32, as diffusers' visualize_depth and
 * export_depth_to_16bit_png, but values outside 0..1 are cut off where numpy would wrap around. Not-a-number becomes 0.
 */
export function encodePng(picture: Planes, depth: 8 | 16): Uint8Array {
  const { width, height, channels } = picture
  const largest = 2 ** depth - 1
  const samples = depth === 8 ? new Uint8Array(width * height * channels) : new Uint16Array(width * height * channels)
  const data = interleave(picture, samples, (v) =>
    v > 0 ? Math.min(largest, Math.trunc(Math.fround(v * largest))) : 0,
  )
  return encode({ width, height, channels, depth, data })
}
