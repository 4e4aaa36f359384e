import { runKernel, type Kernel } from '../../../src/gpu/kernel.ts'
import { affine } from '../../../src/gpu/kernels/affine.ts'
import { alignReduce } from '../../../src/gpu/kernels/align-reduce.ts'
import { census } from '../../../src/gpu/kernels/census.ts'
import { channelMean } from '../../../src/gpu/kernels/channel-mean.ts'
import { colormap } from '../../../src/gpu/kernels/colormap.ts'
import { combine } from '../../../src/gpu/kernels/combine.ts'
import { concatBatch } from '../../../src/gpu/kernels/concat-batch.ts'
import { crop } from '../../../src/gpu/kernels/crop.ts'
import { extremes } from '../../../src/gpu/kernels/extremes.ts'
import { gamma } from '../../../src/gpu/kernels/gamma.ts'
import { mergeNormals } from '../../../src/gpu/kernels/merge-normals.ts'
import { minMax } from '../../../src/gpu/kernels/min-max.ts'
import { moments } from '../../../src/gpu/kernels/moments.ts'
import { normalsColours } from '../../../src/gpu/kernels/normals-colours.ts'
import { pad } from '../../../src/gpu/kernels/pad.ts'
import { resize } from '../../../src/gpu/kernels/resize.ts'
import { sliceBatch } from '../../../src/gpu/kernels/slice-batch.ts'
import { sliceChannels } from '../../../src/gpu/kernels/slice-channels.ts'
import { unitNormals } from '../../../src/gpu/kernels/unit-normals.ts'
import { colormapOf } from '../../../src/tensor/colormap.ts'
import { resizeMethods } from '../../../src/tensor/resize-taps.ts'
import type { Backend, Dims, Tensor } from '../../../src/tensor/tensor.ts'

/** A kernel with parameters, and the shapes of what it is given. */
export interface KernelCase {
  readonly name: string
  readonly kernel: string
  readonly dims: readonly Dims[]
  run(backend: Backend, inputs: readonly Tensor[]): Tensor
}

export const kernelCase = <P>(kernel: Kernel<P>, dims: readonly Dims[], params: P): KernelCase => ({
  name: `${kernel.name} ${JSON.stringify(params).slice(0, 60)}`,
  kernel: kernel.name,
  dims,
  run: (backend, inputs) => runKernel(backend, kernel, inputs, params),
})

const picture: Dims = [2, 2, 5, 7]
const members: Dims = [4, 1, 6, 11]
const normals: Dims = [3, 3, 5, 7]
const maps = { scales: [1, 1.1, 0.9, 1.2], shifts: [0, 0.1, 0.05, -0.1] }

/** Every kernel, each of its ways at least once. */
export const kernelCases: readonly KernelCase[] = [
  kernelCase(affine, [picture], { a: 2, b: -1 }),
  kernelCase(affine, [picture], { a: 2, b: -1, clamp: [-0.5, 0.5] }),
  kernelCase(affine, [picture], { a: 0, b: 0, clamp: [0, 0] }),
  kernelCase(alignReduce, [members], { ...maps, reduction: 'median', deviation: true }),
  kernelCase(alignReduce, [members], { ...maps, reduction: 'mean', deviation: true }),
  kernelCase(alignReduce, [[4, 3, 5, 7]], { ...maps, reduction: 'median', deviation: true }),
  kernelCase(channelMean, [picture], {}),
  kernelCase(colormap, [[1, 1, 9, 9]], { ...colormapOf('Spectral', false), low: -0.5, high: 0.5 }),
  kernelCase(colormap, [[1, 1, 9, 9]], { ...colormapOf('viridis', true), low: -0.5, high: 0.5 }),
  kernelCase(combine, [picture, picture], { weights: [0.7, -1.3] }),
  kernelCase(combine, [picture, picture, picture], { weights: [0.7, 0, 2.1] }),
  kernelCase(concatBatch, [picture, [1, 2, 5, 7]], {}),
  kernelCase(crop, [picture], { width: 3, height: 5 }),
  kernelCase(extremes, [members], { ...maps, reduction: 'median' }),
  kernelCase(extremes, [members], { ...maps, reduction: 'mean' }),
  ...(['closest', 'mean', 'uncertainty'] as const).map((result) => kernelCase(mergeNormals, [normals], { result })),
  kernelCase(gamma, [picture], { white: 0.5 }),
  kernelCase(census, [picture], {}),
  kernelCase(minMax, [picture], {}),
  kernelCase(minMax, [[3, 1, 1, 200]], {}),
  kernelCase(moments, [members], maps),
  kernelCase(normalsColours, [normals], { flip: [false, true, false] }),
  kernelCase(pad, [picture], { width: 9, height: 8 }),
  ...resizeMethods.flatMap((method) =>
    [true, false].flatMap((antialias) => [
      kernelCase(resize, [picture], { width: 11, height: 8, method, antialias }),
      kernelCase(resize, [picture], { width: 3, height: 2, method, antialias }),
    ]),
  ),
  kernelCase(sliceBatch, [picture], { start: 1, count: 1 }),
  kernelCase(sliceChannels, [normals], { start: 1, count: 2 }),
  kernelCase(unitNormals, [normals], { clip: true, halfZ: true }),
  kernelCase(unitNormals, [normals], { clip: false, halfZ: false }),
]
