import { AppError } from '../base/errors.ts'

/** `method` of torch.nn.functional.interpolate, align_corners=False. */
export const resizeMethods = ['nearest', 'nearest-exact', 'bilinear', 'bicubic', 'area'] as const
export type ResizeMethod = (typeof resizeMethods)[number]

/** One axis of a resize as a sparse matrix: out[i] = Σ_k weight(i,k) · in[start(i) + k]. */
export interface Taps {
  /** Taps per output; unused ones weigh 0. */
  readonly count: number
  /** Rows of 1 + count values, one per output: start, then the weights. start + count never leaves the input. */
  readonly table: Float32Array
}

type Weights = readonly [start: number, weights: readonly number[]]

/**
 * Weights of torch.nn.functional.interpolate along one axis (UpSample.h, UpSampleKernel.cpp). Antialias exists for
 * bilinear and bicubic and is ignored elsewhere. Scale and positions are rounded to float32 as in torch: the index of
 * `nearest` and the blend factors depend on it.
 */
export function resizeTaps(method: ResizeMethod, antialias: boolean, from: number, to: number): Taps {
  if (from < 1 || to < 1) throw new AppError('gpu/wrong-shape', `Cannot resize ${from} pixels to ${to}.`)
  const scale = Math.fround(from / to)
  const of = rowOf(method, antialias, from, to, scale)
  const rows = Array.from({ length: to }, (_, i) => clamped(of(i), from))
  const count = Math.min(from, Math.max(...rows.map(([, weights]) => weights.length)))
  const table = new Float32Array(to * (count + 1))
  rows.forEach(([start, weights], i) => {
    // A row that ends beyond the input when padded with zeros begins earlier instead.
    const first = Math.min(start, from - count)
    table[i * (count + 1)] = first
    weights.forEach((weight, k) => (table[i * (count + 1) + 1 + start - first + k] = weight))
  })
  return { count, table }
}

function rowOf(
  method: ResizeMethod,
  antialias: boolean,
  from: number,
  to: number,
  scale: number,
): (i: number) => Weights {
  switch (method) {
    case 'nearest':
      return (i) => [Math.min(Math.floor(Math.fround(i * scale)), from - 1), [1]]
    case 'nearest-exact':
      return (i) => [Math.min(Math.floor(Math.fround((i + 0.5) * scale)), from - 1), [1]]
    case 'area':
      return (i) => window(Math.floor((i * from) / to), Math.ceil(((i + 1) * from) / to))
    case 'bilinear':
      return antialias ? (i) => antialiased(i, scale, from, 1, triangle) : (i) => linear(i, scale, from)
    case 'bicubic':
      return antialias ? (i) => antialiased(i, scale, from, 2, (x) => cubic(x, -0.5)) : (i) => keys(i, scale)
  }
}

/** Taps outside the input count for the pixel at the border. */
function clamped([start, weights]: Weights, from: number): Weights {
  const last = start + weights.length - 1
  if (start >= 0 && last < from) return [start, weights]
  const first = Math.min(Math.max(start, 0), from - 1)
  const inside = new Array<number>(Math.min(Math.max(last, 0), from - 1) - first + 1).fill(0)
  weights.forEach((weight, k) => {
    const at = Math.min(Math.max(start + k, 0), from - 1) - first
    inside[at] = (inside[at] ?? 0) + weight
  })
  return [first, inside]
}

const window = (start: number, end: number): Weights => [start, new Array<number>(end - start).fill(1 / (end - start))]

function linear(i: number, scale: number, from: number): Weights {
  const x = Math.max(Math.fround(scale * (i + 0.5) - 0.5), 0)
  const x0 = Math.min(Math.floor(x), from - 1)
  const fraction = Math.min(x - x0, 1)
  return [x0, [1 - fraction, fraction]]
}

/** Cubic convolution with a = −0.75 over four pixels. */
function keys(i: number, scale: number): Weights {
  const x = Math.fround(scale * (i + 0.5) - 0.5)
  const x0 = Math.floor(x)
  return [x0 - 1, [-1, 0, 1, 2].map((k) => cubic(x0 + k - x, -0.75))]
}

function antialiased(i: number, scale: number, from: number, radius: number, filter: (x: number) => number): Weights {
  const stretch = Math.max(scale, 1)
  const support = radius * stretch
  const centre = scale * (i + 0.5)
  const start = Math.max(Math.trunc(centre - support + 0.5), 0)
  const end = Math.min(Math.trunc(centre + support + 0.5), from)
  const weights = Array.from({ length: end - start }, (_, k) => filter((start + k - centre + 0.5) / stretch))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return [start, weights.map((weight) => weight / total)]
}

const triangle = (x: number): number => Math.max(0, 1 - Math.abs(x))

/** Keys' cubic convolution kernel. */
function cubic(x: number, a: number): number {
  const d = Math.abs(x)
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1
  if (d < 2) return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
  return 0
}
