import { AppError } from '../base/errors.ts'
import { alignMaps, initialMaps, type AlignOptions, type Alignment } from '../tensor/ensemble/align.ts'
import type { AtExtremes, Maps, Moments } from '../tensor/ensemble/objective.ts'
import { toMaxEdge } from '../tensor/max-edge.ts'
import { nchw, sameDims } from '../tensor/shape.ts'
import { count, type Backend, type Tensor } from '../tensor/tensor.ts'
import { runKernel, type Kernel } from './kernel.ts'
import { affine } from './kernels/affine.ts'
import { alignReduce } from './kernels/align-reduce.ts'
import { concatBatch } from './kernels/concat-batch.ts'
import { extremes } from './kernels/extremes.ts'
import { minMax } from './kernels/min-max.ts'
import { moments, momentCount } from './kernels/moments.ts'
import { resize } from './kernels/resize.ts'
import { sliceBatch } from './kernels/slice-batch.ts'

export interface EnsembleParams extends AlignOptions {
  /** Longest edge at which the alignment is searched; 0: as the maps are. The result has their full size. */
  readonly maxRes: number
  readonly signal?: AbortSignal
}

export interface EnsembleResult {
  /** [1,1,H,W], 0..1. A single map comes back as it is. */
  readonly depth: Tensor
  /** [1,1,H,W], ≥ 0: median absolute deviation (median) or standard deviation (mean), in the units of `depth`. */
  readonly uncertainty: Tensor
  /** How the members were aligned; undefined for a single map. */
  readonly alignment: Alignment | undefined
}

/**
 * One depth map from an ensemble of [1,1,H,W] (MarigoldDepthPipeline.ensemble_depth). Pixels stay where they are: only
 * small statistics are read back. The results belong to the caller; the members are not released.
 */
export async function ensembleAlign(
  backend: Backend,
  members: readonly Tensor[],
  params: EnsembleParams,
): Promise<EnsembleResult> {
  const [first] = members
  if (!first)
    throw new AppError('node/empty-ensemble', 'There is no depth map to align.', { fix: 'Give at least one.' })
  const odd = members.find((member) => !sameDims(member.dims, first.dims))
  if (odd || first.dims.length !== 4 || first.dims[0] !== 1 || first.dims[1] !== 1) {
    const shapes = [first, ...(odd ? [odd] : [])].map((member) => `[${member.dims.join(', ')}]`).join(' and ')
    throw new AppError('node/unequal-members', `Ensemble members must be depth maps of one size, got ${shapes}.`, {
      fix: 'Make all members from the same picture at the same resolution.',
    })
  }
  if (members.length === 1) {
    const uncertainty = runKernel(backend, affine, [first], { a: 0, b: 0, clamp: [0, 0] })
    return { depth: first.retain(), uncertainty, alignment: undefined }
  }
  const scope = new Scope(backend)
  try {
    const stack = scope.run(concatBatch, members, {})
    const small = scope.run(resize, [stack], {
      ...withinEdge(stack, params.maxRes),
      method: 'nearest-exact',
      antialias: false,
    })
    const alignment = await align(scope, small, params)
    return { ...(await reduceAligned(backend, stack, alignment, params)), alignment }
  } finally {
    scope.release()
  }
}

/** Downwards only. */
function withinEdge(x: Tensor, edge: number): { width: number; height: number } {
  const [, , height, width] = nchw(x)
  if (edge <= 0 || Math.max(width, height) <= edge) return { width, height }
  const size = toMaxEdge(width, height, edge)
  return { width: Math.max(1, size.width), height: Math.max(1, size.height) }
}

async function align(scope: Scope, stack: Tensor, params: EnsembleParams): Promise<Alignment> {
  const limits = await scope.read(minMax, [stack], {})
  const bounds = stack.dims
    .slice(0, 1)
    .flatMap((members) =>
      Array.from({ length: members }, (_, m) => ({ min: limits[4 * m] ?? 0, max: limits[4 * m + 1] ?? 0 })),
    )
  const initial = initialMaps(bounds, params.alignment)
  const sums = await scope.read(moments, [stack], initial)
  const { reduction, signal } = params
  const atExtremes = async ({ scales, shifts }: Maps): Promise<AtExtremes> => {
    signal?.throwIfAborted()
    const values = await scope.read(extremes, [stack], { scales, shifts, reduction })
    return [values.subarray(0, bounds.length), values.subarray(bounds.length)]
  }
  return alignMaps(momentsOf(sums, initial, count(stack.dims) / bounds.length), atExtremes, params)
}

/** Adds the blocks of the `moments` kernel in float64. */
function momentsOf(sums: Float32Array, initial: Maps, pixels: number): Moments {
  const members = initial.scales.length
  const columns = momentCount(members)
  const means = new Array<number>(columns).fill(0)
  sums.forEach((sum, i) => (means[i % columns] = (means[i % columns] ?? 0) + sum / pixels))
  const product = initial.scales.map(() => new Array<number>(members).fill(0))
  let at = members
  for (let i = 0; i < members; i++) {
    for (let j = i; j < members; j++, at++) {
      for (const [row, column] of [[i, j] as const, [j, i] as const]) {
        const target = product[row]
        if (target) target[column] = means[at] ?? 0
      }
    }
  }
  return { initial, mean: means.slice(0, members), product }
}

/**
 * The members, [E,1,H,W], under given scales and shifts made one map P, [1,1,H,W], and its spread, both divided by the
 * range of P. What ensemble_depth does after its search. The results belong to the caller.
 */
export async function reduceAligned(
  backend: Backend,
  stack: Tensor,
  { scales, shifts }: Maps,
  { reduction, alignment }: Pick<EnsembleParams, 'reduction' | 'alignment'>,
): Promise<Pick<EnsembleResult, 'depth' | 'uncertainty'>> {
  const scope = new Scope(backend)
  try {
    const both = scope.run(alignReduce, [stack], { scales, shifts, reduction, deviation: true })
    const [min = 0, max = 0] = await scope.read(minMax, [both], {})
    const low = alignment === 'affine' ? min : 0
    const range = Math.max(max - low, 1e-6)
    const scaled = (item: number, b: number): Tensor => {
      const slice = scope.run(sliceBatch, [both], { start: item, count: 1 })
      return scope.run(affine, [slice], { a: 1 / range, b })
    }
    const [depth, uncertainty] = [scaled(0, -low / range), scaled(1, 0)]
    return { depth: depth.retain(), uncertainty: uncertainty.retain() }
  } finally {
    scope.release()
  }
}

/** Tensors that live until the end of one alignment. */
class Scope {
  readonly #owned: Tensor[] = []

  constructor(readonly backend: Backend) {}

  run<P>(kernel: Kernel<P>, inputs: readonly Tensor[], params: P): Tensor {
    const made = runKernel(this.backend, kernel, inputs, params)
    this.#owned.push(made)
    return made
  }

  async read<P>(kernel: Kernel<P>, inputs: readonly Tensor[], params: P): Promise<Float32Array> {
    const made = runKernel(this.backend, kernel, inputs, params)
    try {
      return await this.backend.read(made)
    } finally {
      made.release()
    }
  }

  release(): void {
    for (const tensor of this.#owned) tensor.release()
  }
}
