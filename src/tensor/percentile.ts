/** numpy.percentile with its default, linear interpolation: p in 0..100 of at least one value. */
export function percentile(values: Float32Array, p: number): number {
  const sorted = values.toSorted()
  const position = ((sorted.length - 1) * p) / 100
  const below = Math.floor(position)
  const low = sorted[below] ?? 0
  return low + ((sorted[below + 1] ?? low) - low) * (position - below)
}
