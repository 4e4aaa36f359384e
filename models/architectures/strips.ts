import { sidesOf, type GraphBuilder } from '../../src/onnx/builder.ts'
import type { Value } from '../../src/onnx/graph.ts'
import { conv2d, groupNorm, type ConvShape, type GroupNormShape } from './layers.ts'

/**
 * A picture [B,C,H,W] as horizontal strips [B,C,Hᵢ,W] from the top down: no tensor is then as large as the picture, which
 * may be more than a device can bind. One strip is the whole picture. All functions here give, strip by strip, what torch's
 * layer gives of the whole: convolutions see the rows that they need of the strips above and below, and normalisation has
 * the statistics of all strips.
 */
export type Strips = readonly Value[]

/** Applied to rows of a picture before a convolution: normalisation, activation. */
export type Prepare = (rows: Value) => Value

const asIs: Prepare = (rows) => rows

/** Cuts a picture in `count` strips, at multiples of `cell` rows; it must have as many cells. */
export function cut(g: GraphBuilder, x: Value, count: number, cell: number): Strips {
  if (count === 1) return [x]
  const rows = g.slice(g.shape(x), 2, 3)
  const cells = g.div(rows, g.integers([cell]))
  const bounds = Array.from({ length: count + 1 }, (_, i) =>
    g.mul(g.div(g.mul(cells, g.integers([i])), g.integers([count])), g.integers([cell])),
  )
  return bounds.slice(1).map((to, i) => g.rowsBetween(x, bounds[i] ?? to, to))
}

/** The whole picture again. */
export const join = (g: GraphBuilder, strips: Strips): Value => g.concat(strips, 2)

/** A convolution of what `prepare` makes of the picture, padded with zeros by at most one row above and below. */
export function stripConv(g: GraphBuilder, strips: Strips, name: string, shape: ConvShape, prepare = asIs): Strips {
  const [top, left, bottom, right] = sidesOf(shape.padding)
  return strips.map((_, i) => {
    const [above, below] = [i > 0 && top > 0, i < strips.length - 1 && bottom > 0]
    const pads = [above ? 0 : top, left, below ? 0 : bottom, right] as const
    return conv2d(g, prepare(withNeighbours(g, strips, i, above, below)), name, { ...shape, padding: pads })
  })
}

/** What `double` makes of the picture: twice as large, each of its pixels depending on neighbours of its own place. */
export function stripDouble(g: GraphBuilder, strips: Strips, double: Prepare): Strips {
  return strips.map((_, i) => {
    const [above, below] = [i > 0, i < strips.length - 1]
    const doubled = double(withNeighbours(g, strips, i, above, below))
    if (!above && !below) return doubled
    return g.slice(doubled, above ? 2 : 0, below ? -2 : Infinity, 2)
  })
}

/**
 * torch.nn.GroupNorm of the picture, to be applied to any of its rows. Mean and variance are sums over all strips in
 * float32, the variance around the mean of the whole: exact as of the whole picture.
 */
export function stripGroupNorm(g: GraphBuilder, strips: Strips, name: string, shape: GroupNormShape): Prepare {
  if (strips.length === 1) return (rows) => groupNorm(g, rows, name, shape)
  const { channels, groups, epsilon } = shape
  const exact = strips.map((strip) => g.cast(strip, 'f32'))
  const count = elementsPerGroup(g, strips, channels / groups)
  const mean = g.div(
    sum(
      g,
      exact.map((strip) => groupSum(g, strip, groups)),
    ),
    count,
  )
  const squares = exact.map((strip) => {
    const centred = g.sub(g.reshape(strip, [0, groups, -1]), mean)
    return groupSum(g, g.reshapeTo(g.mul(centred, centred), strip), groups)
  })
  const variance = g.div(sum(g, squares), count)
  const deviation = g.sqrt(g.add(variance, g.constant([epsilon], [1, 1, 1], 'f32')))
  const perGroup = [groups, channels / groups]
  const weight = g.reshape(g.parameter(`${name}.weight`, [channels], { type: 'f32' }), perGroup)
  const bias = g.reshape(g.parameter(`${name}.bias`, [channels], { type: 'f32' }), perGroup)
  const scale = g.div(weight, deviation)
  const shift = g.sub(bias, g.mul(mean, scale))
  const perChannel = [scale, shift].map((of) => g.reshape(of, [0, channels, 1, 1]))
  const [by = scale, plus = shift] = perChannel
  return (rows) => g.cast(g.add(g.mul(g.cast(rows, 'f32'), by), plus), rows.type)
}

/** Sums of x [B,C,h,W] over each group, [B,groups,1]: row by row first, in parallel and with small rounding errors. */
function groupSum(g: GraphBuilder, x: Value, groups: number): Value {
  return g.reduceSum(g.reshape(g.reduceSum(x, 3), [0, groups, -1]), 2)
}

/** How many numbers of the whole picture are in one group, [1]. */
function elementsPerGroup(g: GraphBuilder, strips: Strips, channels: number): Value {
  const sides = strips.map((strip) => g.shape(strip))
  const rows = sides.map((side) => g.slice(side, 2, 3))
  const columns = g.slice(sides[0] ?? only(strips), 3, 4)
  return g.cast(g.mul(g.mul(sum(g, rows), columns), g.integers([channels])), 'f32')
}

const sum = (g: GraphBuilder, terms: readonly Value[]): Value => terms.reduce((total, term) => g.add(total, term))

/** Strip i with the last row of the one above and the first of the one below. */
function withNeighbours(g: GraphBuilder, strips: Strips, i: number, above: boolean, below: boolean): Value {
  const [before, strip, after] = [strips[i - 1], strips[i] ?? only(strips), strips[i + 1]]
  const parts = [
    ...(above && before ? [g.slice(before, -1, Infinity, 2)] : []),
    strip,
    ...(below && after ? [g.slice(after, 0, 1, 2)] : []),
  ]
  return g.concat(parts, 2)
}

function only(strips: Strips): Value {
  const [first] = strips
  if (!first) throw new Error('A picture has at least one strip.')
  return first
}
