import { bfgs, type Sample } from './bfgs.ts'
import { evaluate, type AtExtremes, type Evaluation, type Maps, type Moments } from './objective.ts'
import type { Reduction } from './reduce.ts'

export interface AlignOptions {
  readonly reduction: Reduction
  /** `affine`: scale and shift per member; `scale`: aᵢ = sᵢ·dᵢ, zero stays zero. */
  readonly alignment: 'affine' | 'scale'
  /** λ, the weight of |min P| + |1 − max P|. */
  readonly regularizerStrength: number
  /** Steps of the minimiser; more than 10 are not taken. 0: the initial min-max alignment. */
  readonly maxIter: number
  /** Stops when no component of the gradient is larger. */
  readonly tol: number
  /**
   * What the minimiser may move. `shifts` (default) is what diffusers does in effect: its finite differences of 1.5e-8
   * vanish in float32 scales, which therefore never move. With scales free too the objective has a degenerate optimum
   * (every map constant): the search stops before the range of P falls below half.
   */
  readonly free?: 'shifts' | 'scales and shifts'
}

export interface Alignment extends Maps {
  readonly cost: number
  readonly initialCost: number
  readonly iterations: number
  readonly evaluations: number
  /** The search was stopped because the result was collapsing to a constant. */
  readonly collapsed: boolean
}

/** What is known of one member. */
export interface Bounds {
  readonly min: number
  readonly max: number
}

const MAX_ITERATIONS = 10
const COLLAPSE = 0.5

/** Min-max alignment in float32, as diffusers' init_param: s = 1 / (max − min), t = −s·min; `scale`: s = 1 / max. */
export function initialMaps(bounds: readonly Bounds[], alignment: AlignOptions['alignment']): Maps {
  const { fround } = Math
  const extent = ({ min, max }: Bounds): number => (alignment === 'affine' ? fround(max - min) : max)
  const scales = bounds.map((b) => fround(1 / Math.max(extent(b), fround(1e-6))))
  const shifts = bounds.map(({ min }, m) => (alignment === 'affine' ? fround(-fround((scales[m] ?? 0) * min)) : 0))
  return { scales, shifts }
}

/**
 * Scales and shifts that bring the members of an ensemble together: MarigoldDepthPipeline.ensemble_depth's objective,
 * minimised by BFGS with exact gradients in float64. `atExtremes` looks at the pixels; all else comes from the moments.
 */
export async function alignMaps(
  moments: Moments,
  atExtremes: (maps: Maps) => Promise<AtExtremes>,
  options: AlignOptions,
): Promise<Alignment> {
  const { initial } = moments
  const space = coordinates(initial, options)
  const ranges = new WeakMap<Sample, number>()
  let evaluations = 0
  const at = async (maps: Maps): Promise<Evaluation> => {
    evaluations += 1
    return evaluate(maps, moments, await atExtremes(maps), options.reduction, options.regularizerStrength)
  }
  const sample = async (x: readonly number[]): Promise<Sample> => {
    const found = await at(space.maps(x))
    const made = { x, value: found.cost, gradient: space.gradient(found) }
    ranges.set(made, found.range)
    return made
  }
  const start = await sample(space.x0)
  const least = COLLAPSE * (ranges.get(start) ?? 0)
  const end = await bfgs(async (x) => (x === space.x0 ? start : sample(x)), space.x0, {
    maxIter: Math.min(options.maxIter, MAX_ITERATIONS),
    tol: options.tol,
    accept: (next) => (ranges.get(next) ?? 0) >= least,
  })
  return {
    ...space.maps(end.x),
    cost: end.value,
    initialCost: start.value,
    iterations: end.iterations,
    evaluations,
    collapsed: !end.accepted,
  }
}

/** The free variables as one vector. */
function coordinates(initial: Maps, { alignment, free = 'shifts' }: AlignOptions) {
  const scales = free === 'scales and shifts'
  const shifts = alignment === 'affine'
  const members = initial.scales.length
  return {
    x0: [...(scales ? initial.scales : []), ...(shifts ? initial.shifts : [])],
    maps: (x: readonly number[]): Maps => ({
      scales: scales ? x.slice(0, members) : initial.scales,
      shifts: shifts ? x.slice(x.length - members) : initial.shifts,
    }),
    gradient: (e: Evaluation): readonly number[] => [
      ...(scales ? e.scaleGradient : []),
      ...(shifts ? e.shiftGradient : []),
    ],
  }
}
