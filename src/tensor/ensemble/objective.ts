import { medianRank } from './median.ts'
import type { Reduction } from './reduce.ts'

/** One scale and one shift per member: aᵢ = sᵢ·dᵢ + tᵢ. */
export interface Maps {
  readonly scales: readonly number[]
  readonly shifts: readonly number[]
}

/**
 * Means over the pixels of v₀ = a⁰₀ − ½ and vᵢ = a⁰ᵢ − a⁰₀, a⁰ the members under an initial alignment: enough to know
 * every pair's distance under any other without looking at pixels again, to the last digits where members agree.
 */
export interface Moments {
  readonly initial: Maps
  /** mean(vᵢ) */
  readonly mean: readonly number[]
  /** mean(vᵢ·vⱼ), E × E. */
  readonly product: readonly (readonly number[])[]
}

/** The members at the pixel where P is smallest, and where it is largest. */
export type AtExtremes = readonly [lowest: ArrayLike<number>, highest: ArrayLike<number>]

export interface Evaluation {
  readonly cost: number
  readonly scaleGradient: readonly number[]
  readonly shiftGradient: readonly number[]
  /** max P − min P */
  readonly range: number
}

/**
 * The objective of MarigoldDepthPipeline.ensemble_depth and its gradient, in float64:
 * Σ_{i<j} √mean((aᵢ − aⱼ)²) + λ·(|min P| + |1 − max P|).
 */
export function evaluate(
  maps: Maps,
  moments: Moments,
  atExtremes: AtExtremes,
  reduction: Reduction,
  strength: number,
): Evaluation {
  const members = maps.scales.length
  const total = { cost: 0, ds: new Array<number>(members).fill(0), dt: new Array<number>(members).fill(0) }
  pairs(maps, moments, total)
  const [low, high] = atExtremes.map((values) => reducedAt(maps, values, reduction)) as [Reduced, Reduced]
  total.cost += strength * (Math.abs(low.value) + Math.abs(1 - high.value))
  const add = (at: Reduced, values: ArrayLike<number>, factor: number): void =>
    at.weights.forEach((weight, m) => {
      total.ds[m] = (total.ds[m] ?? 0) + factor * weight * (values[m] ?? 0)
      total.dt[m] = (total.dt[m] ?? 0) + factor * weight
    })
  add(low, atExtremes[0], strength * Math.sign(low.value))
  add(high, atExtremes[1], -strength * Math.sign(1 - high.value))
  return { cost: total.cost, scaleGradient: total.ds, shiftGradient: total.dt, range: high.value - low.value }
}

interface Total {
  cost: number
  readonly ds: number[]
  readonly dt: number[]
}

/**
 * With σᵢ = sᵢ/s⁰ᵢ, aᵢ = σᵢ·(vᵢ + v₀) + oᵢ, oᵢ = tᵢ − σᵢ·t⁰ᵢ + σᵢ/2 (no vᵢ for i = 0), so a pair differs by Σ wₖvₖ + u:
 * mean((aᵢ − aⱼ)²) = wᵀNw + 2u·wᵀμ + u².
 */
function pairs(maps: Maps, { initial, mean, product }: Moments, total: Total): void {
  const sigma = maps.scales.map((s, i) => s / (initial.scales[i] ?? 1))
  const centre = initial.shifts.map((t) => 0.5 - t)
  const offset = maps.shifts.map((t, i) => t + (sigma[i] ?? 0) * (centre[i] ?? 0))
  const at = (values: readonly number[], i: number): number => values[i] ?? 0
  for (let i = 0; i < sigma.length; i++) {
    for (let j = i + 1; j < sigma.length; j++) {
      const wi = i > 0 ? at(sigma, i) : 0
      const wj = -at(sigma, j)
      const w0 = at(sigma, i) - at(sigma, j)
      const u = at(offset, i) - at(offset, j)
      const along = (k: number): number => {
        const row = product[k] ?? []
        return wi * at(row, i) + wj * at(row, j) + w0 * at(row, 0)
      }
      const wm = wi * at(mean, i) + wj * at(mean, j) + w0 * at(mean, 0)
      const square = wi * along(i) + wj * along(j) + w0 * along(0) + 2 * u * wm + u * u
      if (square <= 0) continue
      const rmse = Math.sqrt(square)
      total.cost += rmse
      const common = along(0) + u * at(mean, 0)
      for (const [m, sign] of [[i, 1] as const, [j, -1] as const]) {
        const own = m > 0 ? along(m) + u * at(mean, m) : 0
        const slope = (own + common + at(centre, m) * (wm + u)) / rmse
        total.ds[m] = at(total.ds, m) + (sign * slope) / at(initial.scales, m)
        total.dt[m] = at(total.dt, m) + (sign * (wm + u)) / rmse
      }
    }
  }
}

interface Reduced {
  readonly value: number
  /** ∂P/∂aᵢ: 1 for the median's member, 1/E for the mean. */
  readonly weights: readonly number[]
}

function reducedAt({ scales, shifts }: Maps, values: ArrayLike<number>, reduction: Reduction): Reduced {
  const a = scales.map((s, m) => s * (values[m] ?? 0) + (shifts[m] ?? 0))
  if (reduction === 'mean') {
    return { value: a.reduce((sum, v) => sum + v, 0) / a.length, weights: a.map(() => 1 / a.length) }
  }
  const chosen = a.map((_, m) => m).sort((i, j) => (a[i] ?? 0) - (a[j] ?? 0))[medianRank(a.length)] ?? 0
  return { value: a[chosen] ?? 0, weights: a.map((_, m) => (m === chosen ? 1 : 0)) }
}
