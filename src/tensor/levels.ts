/** How the numbers of a picture are spread between the smallest and the largest of them. */
export interface Levels {
  readonly low: number
  readonly high: number
  readonly mean: number
  /** Of bins of equal width from low to high. */
  readonly counts: readonly number[]
  /** Numbers that are NaN or infinite; they are in no bin. */
  readonly notFinite: number
}

/** Numbers that are all the same are all in the first bin; without any finite number low and high are 0. */
export function levelsOf(values: Float32Array, bins = 64): Levels {
  let low = Infinity
  let high = -Infinity
  let sum = 0
  let finite = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    if (value - value !== 0) continue
    if (value < low) low = value
    if (value > high) high = value
    sum += value
    finite++
  }
  const counts = new Uint32Array(bins)
  const notFinite = values.length - finite
  if (finite === 0) return { low: 0, high: 0, mean: 0, counts: [...counts], notFinite }
  const scale = high > low ? bins / (high - low) : 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    if (value - value !== 0) continue
    const bin = Math.min(bins - 1, ((value - low) * scale) | 0)
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return { low, high, mean: sum / finite, counts: [...counts], notFinite }
}
