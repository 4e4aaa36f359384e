/** What one picture has more than another, pixel by pixel. */
export interface PixelDifference {
  /** One number per pixel: a − b of one channel, the mean of |a − b| of several. NaN where either is not finite. */
  readonly values: Float32Array
  readonly signed: boolean
  /** Of |a − b| over the pixels that have a number. */
  readonly largest: number
  readonly mean: number
}

/** Both [C, height, width] with as many pixels. */
export function differenceOf(a: Float32Array, b: Float32Array, pixels: number): PixelDifference {
  const channels = a.length / pixels
  const values = new Float32Array(pixels)
  let [largest, sum, finite] = [0, 0, 0]
  for (let i = 0; i < pixels; i++) {
    let difference = 0
    for (let at = i; at < a.length; at += pixels) {
      const apart = (a[at] ?? NaN) - (b[at] ?? NaN)
      difference += channels === 1 ? apart : Math.abs(apart) / channels
    }
    const size = Math.abs(difference)
    values[i] = Number.isFinite(size) ? difference : NaN
    if (!Number.isFinite(size)) continue
    if (size > largest) largest = size
    sum += size
    finite++
  }
  return { values, signed: channels === 1, largest, mean: finite > 0 ? sum / finite : 0 }
}
