import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GpuBackend } from '../../../src/gpu/backend.ts'
import type { Kernel } from '../../../src/gpu/kernel.ts'
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
import { CpuBackend } from '../../../src/tensor/cpu.ts'
import { colormapOf } from '../../../src/tensor/colormap.ts'
import { resizeMethods } from '../../../src/tensor/resize-taps.ts'
import { count, type Dims, type Tensor } from '../../../src/tensor/tensor.ts'
import { openTestBackend } from '../../support/webgpu.ts'

let gpu: GpuBackend
let close: () => Promise<void>

beforeAll(async () => ({ backend: gpu, close } = await openTestBackend()))
afterAll(() => close())

interface Both {
  readonly cpu: Float32Array
  readonly gpu: Float32Array
}

interface Case {
  readonly name: string
  readonly kernel: string
  readonly dims: readonly Dims[]
  run(values: readonly Float32Array[]): Promise<Both>
}

/** Both halves of a kernel on the same values; every tensor released. */
const of = <P>(kernel: Kernel<P>, dims: readonly Dims[], params: P): Case => ({
  name: `${kernel.name} ${JSON.stringify(params).slice(0, 60)}`,
  kernel: kernel.name,
  dims,
  async run(values) {
    const cpu = new CpuBackend()
    const owned: Tensor[] = []
    const own = <T extends Tensor>(tensor: T): T => {
      owned.push(tensor)
      return tensor
    }
    const given = dims.map((shape, i) => [values[i] ?? new Float32Array(), shape] as const)
    const onCpu = own(
      kernel.cpu(
        given.map((one) => own(cpu.upload(...one))),
        params,
        cpu,
      ),
    )
    const onGpu = own(
      kernel.gpu(
        given.map((one) => own(gpu.upload(...one))),
        params,
        gpu,
      ),
    )
    const result = { cpu: onCpu.data.slice(), gpu: await gpu.read(onGpu) }
    for (const tensor of owned) tensor.release()
    return result
  },
})

const picture: Dims = [2, 2, 5, 7]
const members: Dims = [4, 1, 6, 11]
const normals: Dims = [3, 3, 5, 7]
const maps = { scales: [1, 1.1, 0.9, 1.2], shifts: [0, 0.1, 0.05, -0.1] }

const cases: readonly Case[] = [
  of(affine, [picture], { a: 2, b: -1 }),
  of(affine, [picture], { a: 2, b: -1, clamp: [-0.5, 0.5] }),
  of(affine, [picture], { a: 0, b: 0, clamp: [0, 0] }),
  of(alignReduce, [members], { ...maps, reduction: 'median', deviation: true }),
  of(alignReduce, [members], { ...maps, reduction: 'mean', deviation: true }),
  of(alignReduce, [[4, 3, 5, 7]], { ...maps, reduction: 'median', deviation: true }),
  of(channelMean, [picture], {}),
  of(colormap, [[1, 1, 9, 9]], { ...colormapOf('Spectral', false), low: -0.5, high: 0.5 }),
  of(colormap, [[1, 1, 9, 9]], { ...colormapOf('viridis', true), low: -0.5, high: 0.5 }),
  of(combine, [picture, picture], { weights: [0.7, -1.3] }),
  of(combine, [picture, picture, picture], { weights: [0.7, 0, 2.1] }),
  of(concatBatch, [picture, [1, 2, 5, 7]], {}),
  of(crop, [picture], { width: 3, height: 5 }),
  of(extremes, [members], { ...maps, reduction: 'median' }),
  of(extremes, [members], { ...maps, reduction: 'mean' }),
  ...(['closest', 'mean', 'uncertainty'] as const).map((result) => of(mergeNormals, [normals], { result })),
  of(gamma, [picture], { white: 0.5 }),
  of(census, [picture], {}),
  of(minMax, [picture], {}),
  of(minMax, [[3, 1, 1, 200]], {}),
  of(moments, [members], maps),
  of(normalsColours, [normals], { flip: [false, true, false] }),
  of(pad, [picture], { width: 9, height: 8 }),
  ...resizeMethods.flatMap((method) =>
    [true, false].flatMap((antialias) => [
      of(resize, [picture], { width: 11, height: 8, method, antialias }),
      of(resize, [picture], { width: 3, height: 2, method, antialias }),
    ]),
  ),
  of(sliceBatch, [picture], { start: 1, count: 1 }),
  of(sliceChannels, [normals], { start: 1, count: 2 }),
  of(unitNormals, [normals], { clip: true, halfZ: true }),
  of(unitNormals, [normals], { clip: false, halfZ: false }),
]

test('every kernel is looked at', async () => {
  const files = await readdir(join(import.meta.dirname, '../../../src/gpu/kernels'))
  expect([...new Set(cases.map(({ kernel }) => `${kernel}.ts`))].sort()).toEqual(files.sort())
})

const finite = fc.integer({ min: -1000, max: 1000 }).map((n) => n / 1009)
const odd = fc.constantFrom(NaN, Infinity, -Infinity)
/** Few, many or nothing else. */
const rare = [0.02, 0.3, 1].map((share) =>
  fc.oneof(
    { weight: Math.round(1000 * share), arbitrary: odd },
    { weight: Math.round(1000 * (1 - share)), arbitrary: finite },
  ),
)

/** NaN where it is NaN, the same infinity where it is infinite, the same number but for rounding elsewhere. */
const alike = ({ cpu, gpu }: Both): boolean =>
  cpu.length === gpu.length && cpu.every((v, i) => Object.is(v, gpu[i]) || Math.abs(v - (gpu[i] ?? NaN)) < 1e-4)

test.each(cases.map((one) => [one.name, one] as const))('%s of what is not finite', async (_name, { dims, run }) => {
  for (const value of rare) {
    const values = fc.tuple(
      ...dims.map((shape) => fc.array(value, { minLength: count(shape), maxLength: count(shape) })),
    )
    await fc.assert(
      fc.asyncProperty(values, async (drawn) => {
        const both = await run(drawn.map((list) => Float32Array.from(list)))
        if (!alike(both)) expect(both.gpu).toEqual(both.cpu)
      }),
      { numRuns: 15, seed: 5 },
    )
  }
})

test('NaN stays NaN from the decoder to the picture, where it is black', async () => {
  const decoded = Float32Array.of(NaN, 0.5, 0.5, 0.2, NaN, 0.2)
  const depth = await of(channelMean, [[1, 2, 1, 3]], {}).run([decoded])
  expect([...depth.gpu].map(Number.isNaN)).toEqual([true, true, false])
  const scaled = await of(affine, [[1, 1, 1, 3]], { a: 0.5, b: 0, clamp: [0, 1] }).run([depth.gpu])
  expect([...scaled.gpu].map(Number.isNaN)).toEqual([true, true, false])
  const binary = { ...colormapOf('binary', false), low: 0, high: 1 }
  const drawn = await of(colormap, [[1, 1, 1, 3]], binary).run([scaled.gpu])
  expect([...drawn.gpu.subarray(0, 2)]).toEqual([0, 0])
  expect(drawn.gpu[2]).toBeGreaterThan(0)
})
