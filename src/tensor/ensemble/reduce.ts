/** How the aligned members become one map. `median` takes the lower middle of an even number, as torch.median. */
export type Reduction = 'median' | 'mean'

/** Position of the lower median among E sorted values. */
export const medianRank = (members: number): number => (members - 1) >> 1

/** Sorts the first `n` values in place: insertion, the fastest for an ensemble's few. */
function sortFirst(values: Float64Array, n: number): void {
  for (let i = 1; i < n; i++) {
    const v = values[i] ?? 0
    let j = i - 1
    while (j >= 0 && (values[j] ?? 0) > v) {
      values[j + 1] = values[j] ?? 0
      j -= 1
    }
    values[j + 1] = v
  }
}

/**
 * aᵢ = sᵢ·dᵢ + tᵢ, then P = reduce(a) into `value`, and, when given, into `deviation` the median of |aᵢ − P| (median)
 * or the standard deviation with ddof = 1 (mean). `stack` holds E members of `value.length` pixels one after the other.
 */
export function alignReduce(
  stack: Float32Array,
  scales: readonly number[],
  shifts: readonly number[],
  reduction: Reduction,
  value: Float32Array,
  deviation: Float32Array | undefined,
): void {
  const members = scales.length
  const size = value.length
  const s = Float64Array.from(scales)
  const t = Float64Array.from(shifts)
  const a = new Float64Array(members)
  const k = medianRank(members)
  for (let p = 0; p < size; p++) {
    for (let m = 0, at = p; m < members; m++, at += size) a[m] = (s[m] ?? 0) * (stack[at] ?? 0) + (t[m] ?? 0)
    if (reduction === 'mean') {
      let sum = 0
      for (let m = 0; m < members; m++) sum += a[m] ?? 0
      const mean = sum / members
      value[p] = mean
      if (!deviation) continue
      let squares = 0
      for (let m = 0; m < members; m++) squares += ((a[m] ?? 0) - mean) ** 2
      deviation[p] = members > 1 ? Math.sqrt(squares / (members - 1)) : 0
    } else {
      sortFirst(a, members)
      const median = a[k] ?? 0
      value[p] = median
      if (!deviation) continue
      for (let m = 0; m < members; m++) a[m] = Math.abs((a[m] ?? 0) - median)
      sortFirst(a, members)
      deviation[p] = a[k] ?? 0
    }
  }
}
