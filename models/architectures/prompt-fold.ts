/** A cross-attention whose context is two constant tokens. */
export interface FoldedPrompt {
  /** a_h, [heads, C]: how much more token x attends to the first context token than to the second. */
  readonly direction: Float32Array
  /** Wo_h (v₁ − v₂)_h as columns, [C, heads]. */
  readonly difference: Float32Array
  /** Wo v₂ + bo, [C]: the output when all attention goes to the second token. */
  readonly base: Float32Array
}

export interface CrossAttentionWeights {
  /** [C, C] each, row-major [out, in]. */
  readonly query: Float32Array
  readonly out: Float32Array
  /** [C] */
  readonly outBias: Float32Array
  /** [C, dim] each. */
  readonly key: Float32Array
  readonly value: Float32Array
}

/**
 * With two context tokens the softmax over their scores is a sigmoid of the difference, so
 *
 *   s_h = σ(x·a_h),  a_h = scale · Wq_hᵀ (k₁ − k₂)_h
 *   attention(x) = Wo v₂ + bo + Σ_h s_h · Wo_h (v₁ − v₂)_h
 *
 * which is exact. Everything but x is constant: four matrices become heads·2 + 1 vectors.
 */
export function foldPrompt(
  weights: CrossAttentionWeights,
  text: Float32Array,
  channels: number,
  heads: number,
): FoldedPrompt {
  const dim = text.length / 2
  const [first, second] = [text.subarray(0, dim), text.subarray(dim)]
  const keyDifference = difference(multiply(weights.key, first), multiply(weights.key, second))
  const secondValue = multiply(weights.value, second)
  const valueDifference = difference(multiply(weights.value, first), secondValue)
  const size = channels / heads
  const scale = 1 / Math.sqrt(size)
  const direction = new Float64Array(heads * channels)
  const spread = new Float64Array(channels * heads)
  const addTo = (sums: Float64Array, at: number, value: number) => (sums[at] = (sums[at] ?? 0) + value)
  for (let i = 0; i < channels; i++) {
    const h = Math.floor(i / size)
    const k = scale * (keyDifference[i] ?? 0)
    const v = valueDifference[i] ?? 0
    for (let c = 0; c < channels; c++) {
      addTo(direction, h * channels + c, k * (weights.query[i * channels + c] ?? 0))
      addTo(spread, c * heads + h, v * (weights.out[c * channels + i] ?? 0))
    }
  }
  const base = multiply(weights.out, secondValue).map((value, c) => value + (weights.outBias[c] ?? 0))
  return {
    direction: Float32Array.from(direction),
    difference: Float32Array.from(spread),
    base: Float32Array.from(base),
  }
}

/** matrix [rows, x.length] · x, in double precision. */
function multiply(matrix: Float32Array, x: ArrayLike<number>): Float64Array {
  const columns = x.length
  return new Float64Array(matrix.length / columns).map((_, row) => {
    let sum = 0
    for (let c = 0; c < columns; c++) sum += (matrix[row * columns + c] ?? 0) * (x[c] ?? 0)
    return sum
  })
}

const difference = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value - (b[i] ?? 0))
