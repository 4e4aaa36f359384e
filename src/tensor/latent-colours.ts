/**
 * A linear guess at a VAE's decoder: the mean colour of a latent cell, in 0..1, from its C channels. Three rows (red, green,
 * blue) of C weights and a constant. Good enough to see what a latent will become, at a millionth of the decoder's cost.
 */
export type LatentColours = readonly (readonly number[])[]

/** Added to the diagonal, per cell: channels that say nothing of the colour get no weight instead of any. */
const RIDGE = 1e-4

/**
 * The least-squares map from a picture's latent to the picture itself, which its encoder gives for nothing: what decodes to
 * depth is encoded by the same VAE.
 *
 * @param latent [C, n]: channels of n cells
 * @param colours [3, n]: the mean colour of each cell, 0..1
 */
export function fitColours(latent: Float32Array, colours: Float32Array, channels: number): LatentColours {
  const n = colours.length / 3
  const size = channels + 1
  const at = (row: number, cell: number): number => (row < channels ? (latent[row * n + cell] ?? 0) : 1)
  // Normal equations A W = B, with A = X Xᵀ and X the channels and a row of ones.
  const a = Array.from({ length: size }, () => new Array<number>(size).fill(0))
  const b = Array.from({ length: size }, () => [0, 0, 0])
  for (let cell = 0; cell < n; cell++) {
    for (let i = 0; i < size; i++) {
      const x = at(i, cell)
      for (let j = i; j < size; j++) add(a, i, j, x * at(j, cell))
      for (let c = 0; c < 3; c++) add(b, i, c, x * (colours[c * n + cell] ?? 0))
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) set(a, i, j, get(a, j, i))
    if (i < channels) add(a, i, i, RIDGE * n)
  }
  eliminate(a, b)
  return [0, 1, 2].map((c) => b.map((row) => row[c] ?? 0))
}

/** [3, n] colours, 0..1 and a little beyond, of [C, n] channels. */
export function applyColours(map: LatentColours, latent: Float32Array, n: number): Float32Array {
  const colours = new Float32Array(3 * n)
  map.forEach((weights, c) => {
    const channels = weights.length - 1
    for (let cell = 0; cell < n; cell++) {
      let sum = weights[channels] ?? 0
      for (let i = 0; i < channels; i++) sum += (weights[i] ?? 0) * (latent[i * n + cell] ?? 0)
      colours[c * n + cell] = sum
    }
  })
  return colours
}

type Matrix = number[][]
const get = (m: Matrix, i: number, j: number): number => m[i]?.[j] ?? 0
const set = (m: Matrix, i: number, j: number, value: number): void => {
  const row = m[i]
  if (row !== undefined) row[j] = value
}
const add = (m: Matrix, i: number, j: number, value: number): void => set(m, i, j, get(m, i, j) + value)

/** Gauss-Jordan with pivots: `b` becomes A⁻¹ b. A is positive definite but for a single cell, where pivots of 0 are passed. */
function eliminate(a: Matrix, b: Matrix): void {
  const size = a.length
  for (let column = 0; column < size; column++) {
    let best = column
    for (let i = column + 1; i < size; i++) if (Math.abs(get(a, i, column)) > Math.abs(get(a, best, column))) best = i
    for (const m of [a, b]) {
      const [upper, lower] = [m[column], m[best]]
      if (upper !== undefined && lower !== undefined) {
        m[column] = lower
        m[best] = upper
      }
    }
    const pivot = get(a, column, column)
    if (Math.abs(pivot) < 1e-12) continue
    for (const m of [a, b]) m[column] = (m[column] ?? []).map((value) => value / pivot)
    for (let i = 0; i < size; i++) {
      if (i === column) continue
      const factor = get(a, i, column)
      for (const m of [a, b]) m[i] = (m[i] ?? []).map((value, j) => value - factor * get(m, column, j))
    }
  }
}
