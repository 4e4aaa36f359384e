import { mediansOf } from './median.ts'

/** How the aligned members become one map. `median` takes the lower middle of an even number, as torch.median. */
export type Reduction = 'median' | 'mean'

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
  if (reduction === 'median') mediansOf(scales.length)(stack, scales, shifts, value, deviation)
  else means(stack, scales, shifts, value, deviation)
}

function means(
  stack: Float32Array,
  scales: readonly number[],
  shifts: readonly number[],
  value: Float32Array,
  deviation: Float32Array | undefined,
): void {
  const size = value.length
  const members = scales.length
  const sum = new Float64Array(size)
  for (let m = 0; m < members; m++) {
    const [scale, shift, at] = [scales[m] ?? 0, shifts[m] ?? 0, m * size]
    for (let p = 0; p < size; p++) sum[p] = (sum[p] ?? 0) + scale * (stack[at + p] ?? 0) + shift
  }
  for (let p = 0; p < size; p++) value[p] = (sum[p] ?? 0) / members
  if (!deviation) return
  const squares = new Float64Array(size)
  for (let m = 0; m < members; m++) {
    const [scale, shift, at] = [scales[m] ?? 0, shifts[m] ?? 0, m * size]
    for (let p = 0; p < size; p++) {
      const d = scale * (stack[at + p] ?? 0) + shift - (sum[p] ?? 0) / members
      squares[p] = (squares[p] ?? 0) + d * d
    }
  }
  const degrees = Math.max(1, members - 1)
  for (let p = 0; p < size; p++) deviation[p] = Math.sqrt((squares[p] ?? 0) / degrees)
}
