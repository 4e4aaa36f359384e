/** One plane of numbers, row by row. */
export interface Plane {
  readonly width: number
  readonly height: number
  readonly values: Float32Array
}

/**
 * The plane with at most `longest` samples along its longer side: each is the number of the pixel in the middle of what it
 * stands for. Nothing is averaged, so that no depth appears that is between a thing and what is behind it.
 */
export function sampled({ width, height, values }: Plane, longest: number): Plane {
  const scale = longest / Math.max(width, height)
  if (scale >= 1) return { width, height, values }
  const to = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
  const columns = Array.from({ length: to.width }, (_, i) => Math.floor(((i + 0.5) * width) / to.width))
  const kept = new Float32Array(to.width * to.height)
  for (let y = 0; y < to.height; y++) {
    const row = Math.floor(((y + 0.5) * height) / to.height) * width
    columns.forEach((column, x) => (kept[y * to.width + x] = values[row + column] ?? NaN))
  }
  return { ...to, values: kept }
}
