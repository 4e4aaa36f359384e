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
  const sum = new Float64Array(size)
  const eachValue = (take: (p: number, a: number) => void): void =>
    scales.forEach((scale, m) => {
      const shift = shifts[m] ?? 0
      for (let p = 0; p < size; p++) take(p, scale * (stack[m * size + p] ?? 0) + shift)
    })
  eachValue((p, a) => (sum[p] = (sum[p] ?? 0) + a))
  const mean = sum.map((total) => total / scales.length)
  value.set(mean)
  if (!deviation) return
  const squares = sum.fill(0)
  eachValue((p, a) => (squares[p] = (squares[p] ?? 0) + (a - (mean[p] ?? 0)) ** 2))
  const degrees = Math.max(1, scales.length - 1)
  for (let p = 0; p < size; p++) deviation[p] = Math.sqrt((squares[p] ?? 0) / degrees)
}
