import { wolfeStep } from './line-search.ts'

/** A function's value and gradient at a point. */
export interface Sample {
  readonly x: readonly number[]
  readonly value: number
  readonly gradient: readonly number[]
}

export interface BfgsOptions {
  readonly maxIter: number
  /** Stops when no component of the gradient is larger (scipy's `tol`). */
  readonly tol: number
  /** A step is taken only if this holds where it ends; otherwise the search ends where it was. */
  readonly accept?: (sample: Sample) => boolean
}

export interface BfgsResult extends Sample {
  readonly iterations: number
  /** False when `accept` refused a step. */
  readonly accepted: boolean
}

/**
 * Broyden–Fletcher–Goldfarb–Shanno minimisation (Nocedal & Wright, algorithm 6.1) with H₀ = I and a strong Wolfe line
 * search; first step lengths as in scipy's `minimize(method="BFGS")`. Never ends above where it began.
 */
export async function bfgs(
  f: (x: readonly number[]) => Promise<Sample>,
  x0: readonly number[],
  { maxIter, tol, accept = () => true }: BfgsOptions,
): Promise<BfgsResult> {
  let now = await f(x0)
  let h: number[][] = x0.map((_, i) => x0.map((__, j) => (i === j ? 1 : 0)))
  let before = now.value + Math.sqrt(dot(now.gradient, now.gradient)) / 2
  for (let k = 0; k < maxIter; k++) {
    if (now.gradient.every((g) => Math.abs(g) <= tol)) return { ...now, iterations: k, accepted: true }
    const p = h.map((row) => -dot(row, now.gradient))
    const slope = dot(p, now.gradient)
    if (!(slope < 0)) return { ...now, iterations: k, accepted: true }
    const first = Math.min(1, (2.02 * (now.value - before)) / slope)
    const start = now
    const along = async (a: number) => {
      const sample = await f(start.x.map((v, i) => v + a * (p[i] ?? 0)))
      return { sample, value: sample.value, slope: dot(sample.gradient, p) }
    }
    const found = await wolfeStep(along, { value: now.value, slope }, first > 0 ? first : 1)
    if (!found) return { ...now, iterations: k, accepted: true }
    const next = found.sample
    if (!accept(next)) return { ...now, iterations: k, accepted: false }
    h = updated(h, minus(next.x, now.x), minus(next.gradient, now.gradient))
    before = now.value
    now = next
  }
  return { ...now, iterations: maxIter, accepted: true }
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, i) => sum + v * (b[i] ?? 0), 0)
const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((v, i) => v - (b[i] ?? 0))

/** H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ */
function updated(h: readonly number[][], s: readonly number[], y: readonly number[]): number[][] {
  const sy = dot(s, y)
  const rho = sy === 0 ? 1000 : 1 / sy
  const hy = h.map((row) => dot(row, y))
  const scale = rho * (1 + rho * dot(y, hy))
  return h.map((row, i) =>
    row.map((v, j) => {
      const [si = 0, sj = 0] = [s[i], s[j]]
      return v - rho * (si * (hy[j] ?? 0) + (hy[i] ?? 0) * sj) + scale * si * sj
    }),
  )
}
