import { rgbOf } from '../base/colour.ts'
import type { Colormap } from './colormap.ts'

/** As many colours as matplotlib's colour maps have. */
const ENTRIES = 256

/**
 * A colour map through colours `#rrggbb` (two at least) at even distances, between them linear in sRGB:
 * matplotlib's LinearSegmentedColormap.from_list, looked up as it does.
 */
export function gradient(colours: readonly string[]): Colormap {
  const rgb = colours.map(rgbOf)
  const last = ENTRIES - 1
  const pieces = rgb.length - 1
  const stops = Float32Array.from({ length: 3 * ENTRIES }, (_, i) => {
    const [at, channel] = [(Math.floor(i / 3) / last) * pieces, i % 3]
    const left = Math.min(Math.floor(at), pieces - 1)
    const [from, to] = [rgb[left]?.[channel] ?? 0, rgb[left + 1]?.[channel] ?? 0]
    return from + (at - left) * (to - from)
  })
  return { stops, lookup: 'table' }
}
