import { sidesOf, type ConvOptions, type GraphBuilder } from '../../src/onnx/builder.ts'
import type { Value } from '../../src/onnx/graph.ts'

export interface UnfoldedShape extends Pick<ConvOptions, 'padding'> {
  readonly in: number
  readonly out: number
  readonly kernel: number
  /** Rows are taken in so many parts, one after the other, which bounds what is unfolded at once; at most the rows there are. */
  readonly tiles?: number
}

/**
 * Whether a convolution is faster as a product. What is unfolded is written and read again, which as many output channels as
 * these are worth: measured on an H100, it takes from 0.2 (1280 channels of 12×9) to 0.6 (320 of 96×72) of the time. Larger
 * pictures, as the VAE has them, gain less, and lose it to the memory that is made anew for them.
 */
export const worthUnfolding = (shape: { in: number; out: number; kernel: number; stride?: number }): boolean =>
  shape.kernel > 1 && (shape.stride ?? 1) === 1 && shape.in >= 64 && shape.out >= 256

/**
 * A convolution with stride 1 as a product of matrices ("im2col"): the weights as they are stored, [out,in·k·k], times the k·k
 * pixels under the kernel at every place, [B,in·k·k,places]. x [B,in,H,W] → [B,out,H',W']. onnxruntime-web multiplies
 * matrices two to five times as fast as it convolves, the more so the smaller the picture.
 */
export function unfoldedConv(
  g: GraphBuilder,
  x: Value,
  weight: Value,
  bias: Value | undefined,
  shape: UnfoldedShape,
): Value {
  const { in: channels, out, kernel } = shape
  const sides = sidesOf(shape.padding)
  const padded = sides.some((side) => side > 0) ? g.pad(x, sides) : x
  const reach = g.integers([kernel - 1, kernel - 1])
  const size = g.sub(g.slice(g.shape(padded), 2, 4), reach)
  const products = rowsUnderKernel(g, padded, size, shape).map((rows) =>
    g.matmul(weight, unfolded(g, rows, channels, kernel)),
  )
  const whole = g.concat(products, 2)
  const shifted = bias === undefined ? whole : g.add(whole, g.reshape(bias, [out, 1]))
  const dims = g.concat([g.slice(g.shape(x), 0, 1), g.integers([out]), size], 0)
  return g.op('Reshape', [shifted, dims], { dims: [x.dims[0] ?? null, out, null, null], type: x.type })
}

/** For every tile, the rows of the picture under each row of the kernel. */
function rowsUnderKernel(
  g: GraphBuilder,
  padded: Value,
  size: Value,
  { kernel, tiles = 1 }: UnfoldedShape,
): readonly (readonly Value[])[] {
  const steps = Array.from({ length: kernel }, (_, i) => i)
  if (tiles === 1) return [steps.map((i) => underKernel(g, padded, i, kernel, 2))]
  const rows = g.slice(size, 0, 1)
  const bound = (tile: number): Value => g.div(g.mul(rows, g.integers([tile])), g.integers([tiles]))
  return Array.from({ length: tiles }, (_, tile) => {
    const [from, to] = [bound(tile), bound(tile + 1)]
    return steps.map((i) => g.rowsBetween(padded, g.add(from, g.integers([i])), g.add(to, g.integers([i]))))
  })
}

/** What is under row or column `i` of a kernel at all of its places. */
const underKernel = (g: GraphBuilder, x: Value, i: number, kernel: number, axis: number): Value =>
  g.slice(x, i, i === kernel - 1 ? Infinity : i + 1 - kernel, axis)

/** Rows under each row of the kernel, [B,in,h,W] → [B,in·k·k,h·W'], in the order of the weights. */
function unfolded(g: GraphBuilder, rows: readonly Value[], channels: number, kernel: number): Value {
  const taps = rows.flatMap((row) =>
    rows.map((_, j) => g.reshape(underKernel(g, row, j, kernel, 3), [0, channels, 1, -1])),
  )
  return g.reshape(g.concat(taps, 2), [0, channels * kernel * kernel, -1])
}
