import { medianRank, type Reduction } from './reduce.ts'

/**
 * Pixels where P = reduce(sᵢ·dᵢ + tᵢ) is smallest and largest, without computing P everywhere: the median of a pixel is
 * below the smallest found so far only if enough members are. `stack` holds E members one after the other.
 */
export function extremePixels(
  stack: Float32Array,
  scales: readonly number[],
  shifts: readonly number[],
  reduction: Reduction,
): readonly [lowest: number, highest: number] {
  const s = Float64Array.from(scales)
  const t = Float64Array.from(shifts)
  return reduction === 'mean' ? ofMean(stack, s, t) : ofMedian(stack, s, t)
}

function ofMean(stack: Float32Array, s: Float64Array, t: Float64Array): readonly [number, number] {
  const size = stack.length / s.length
  const sums = new Float64Array(size)
  for (let m = 0; m < s.length; m++) {
    const scale = s[m] ?? 0
    const shift = t[m] ?? 0
    for (let p = 0; p < size; p++) sums[p] = (sums[p] ?? 0) + scale * (stack[m * size + p] ?? 0) + shift
  }
  let lowest = 0
  let highest = 0
  for (let p = 1; p < size; p++) {
    const v = sums[p] ?? 0
    if (v < (sums[lowest] ?? 0)) lowest = p
    if (v > (sums[highest] ?? 0)) highest = p
  }
  return [lowest, highest]
}

/** Pixels looked at together: their counts stay in the processor's first cache. */
const BLOCK = 2048

function ofMedian(stack: Float32Array, s: Float64Array, t: Float64Array): readonly [number, number] {
  const members = s.length
  const size = stack.length / members
  const rank = medianRank(members)
  const a = new Float64Array(members)
  const median = (p: number): number => {
    for (let m = 0; m < members; m++) a[m] = (s[m] ?? 0) * (stack[m * size + p] ?? 0) + (t[m] ?? 0)
    return a.sort()[rank] ?? 0
  }
  let lowest = 0
  let highest = 0
  let low = median(0)
  let high = low
  const below = new Uint8Array(BLOCK)
  const above = new Uint8Array(BLOCK)
  for (let start = 0; start < size; start += BLOCK) {
    const n = Math.min(BLOCK, size - start)
    below.fill(0)
    above.fill(0)
    for (let m = 0; m < members; m++) {
      const scale = s[m] ?? 0
      const shift = t[m] ?? 0
      const at = m * size + start
      for (let p = 0; p < n; p++) {
        const v = scale * (stack[at + p] ?? 0) + shift
        below[p] = (below[p] ?? 0) + (v < low ? 1 : 0)
        above[p] = (above[p] ?? 0) + (v > high ? 1 : 0)
      }
    }
    for (let p = 0; p < n; p++) {
      const lower = (below[p] ?? 0) > rank
      const higher = (above[p] ?? 0) >= members - rank
      if (!lower && !higher) continue
      const v = median(start + p)
      if (v < low) {
        low = v
        lowest = start + p
      }
      if (v > high) {
        high = v
        highest = start + p
      }
    }
  }
  return [lowest, highest]
}
