import { medianRank, type Reduction } from './reduce.ts'

/** One scale and one shift per member: aᵢ = sᵢ·dᵢ + tᵢ. */
export interface Maps {
  readonly scales: readonly number[]
  readonly shifts: readonly number[]
}

/** Means over the pixels, of eᵢ = dᵢ − cᵢ: enough to know every pair's distance without looking at pixels again. */
export interface Moments {
  readonly centres: readonly number[]
  /** mean(eᵢ) */
  readonly mean: readonly number[]
  /** mean(eᵢ·eⱼ), E × E. */
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

/** mean((aᵢ−aⱼ)²) = sᵢ²Nᵢᵢ + sⱼ²Nⱼⱼ − 2sᵢsⱼNᵢⱼ + 2(sᵢμᵢ − sⱼμⱼ)u + u², with u the difference of tᵢ + sᵢcᵢ. */
function pairs({ scales, shifts }: Maps, { centres, mean, product }: Moments, total: Total): void {
  const at = (values: readonly number[], i: number): number => values[i] ?? 0
  const n = (i: number, j: number): number => product[i]?.[j] ?? 0
  for (let i = 0; i < scales.length; i++) {
    for (let j = i + 1; j < scales.length; j++) {
      const [si, sj, ci, cj] = [at(scales, i), at(scales, j), at(centres, i), at(centres, j)]
      const u = at(shifts, i) + si * ci - at(shifts, j) - sj * cj
      const difference = si * at(mean, i) - sj * at(mean, j)
      const square = si * si * n(i, i) + sj * sj * n(j, j) - 2 * si * sj * n(i, j) + 2 * difference * u + u * u
      if (square <= 0) continue
      const rmse = Math.sqrt(square)
      total.cost += rmse
      const dt = (difference + u) / rmse
      total.dt[i] = at(total.dt, i) + dt
      total.dt[j] = at(total.dt, j) - dt
      total.ds[i] = at(total.ds, i) + (si * n(i, i) - sj * n(i, j) + at(mean, i) * u) / rmse + ci * dt
      total.ds[j] = at(total.ds, j) + (sj * n(j, j) - si * n(i, j) - at(mean, j) * u) / rmse - cj * dt
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
