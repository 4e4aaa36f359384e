import { colormapTables } from './colormap-tables.ts'

export const colormapNames = [
  'Spectral',
  'viridis',
  'magma',
  'inferno',
  'plasma',
  'turbo',
  'cividis',
  'grey',
  'binary',
] as const
export type ColormapName = (typeof colormapNames)[number]

export interface Colormap {
  /** K colours, RGB in 0..1, one after the other. */
  readonly stops: Float32Array
  /**
   * `blend`: linear between the stops, as diffusers' own colour maps. `table`: entry ⌊K·x⌋, as matplotlib (K = 256), which
   * diffusers uses for all other names.
   */
  readonly lookup: 'blend' | 'table'
}

/** MarigoldImageProcessor.colormap's stops (ColorBrewer's Spectral), 0 near to 1 far. */
const SPECTRAL = [
  [158, 1, 66],
  [213, 62, 79],
  [244, 109, 67],
  [253, 174, 97],
  [254, 224, 139],
  [255, 255, 191],
  [230, 245, 152],
  [171, 221, 164],
  [102, 194, 165],
  [50, 136, 189],
  [94, 79, 162],
].flat()

/** A colour map by name; inverted, its first colour is for 1 (matplotlib's suffix `_r`). */
export function colormapOf(name: ColormapName, invert: boolean): Colormap {
  const { stops, lookup } = upright(name)
  if (!invert) return { stops, lookup }
  return { stops: stops.map((_, i) => stops[stops.length - 3 - i + 2 * (i % 3)] ?? 0), lookup }
}

function upright(name: ColormapName): Colormap {
  switch (name) {
    case 'Spectral':
      return { stops: unit(SPECTRAL), lookup: 'blend' }
    case 'binary':
      return { stops: unit([255, 255, 255, 0, 0, 0]), lookup: 'blend' }
    case 'grey':
      return { stops: unit([0, 0, 0, 255, 255, 255]), lookup: 'blend' }
    default:
      return { stops: unit(Uint8Array.from(atob(colormapTables[name]), (c) => c.charCodeAt(0))), lookup: 'table' }
  }
}

const unit = (bytes: ArrayLike<number>): Float32Array => Float32Array.from(bytes, (byte) => byte / 255)
