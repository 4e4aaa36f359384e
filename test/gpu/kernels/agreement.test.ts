import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GpuBackend } from '../../../src/gpu/backend.ts'
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
import { CpuBackend } from '../../../src/tensor/cpu.ts'
import { colormapNames, colormapOf } from '../../../src/tensor/colormap.ts'
import { gradient } from '../../../src/tensor/gradient.ts'
import { resizeMethods } from '../../../src/tensor/resize-taps.ts'
import { count, type Dims, type Tensor } from '../../../src/tensor/tensor.ts'
import { maxAbsDifference } from '../../support/fixtures.ts'
import { openTestBackend } from '../../support/webgpu.ts'

let gpu: GpuBackend
let close: () => Promise<void>

beforeAll(async () => ({ backend: gpu, close } = await openTestBackend()))
afterAll(() => close())

/** Both halves of a kernel on the same values; every tensor released. Resolves to the largest difference. */
async function apart<P>(
  kernel: Kernel<P>,
  inputs: readonly (readonly [Float32Array, Dims])[],
  params: P,
): Promise<number> {
  const cpu = new CpuBackend()
  const owned: Tensor[] = []
  const own = <T extends Tensor>(tensor: T): T => {
    owned.push(tensor)
    return tensor
  }
  let difference = Infinity
  try {
    const onCpu = inputs.map(([data, dims]) => own(cpu.upload(data, dims)))
    const onGpu = inputs.map(([data, dims]) => own(gpu.upload(data, dims)))
    const expected = own(kernel.cpu(onCpu, params, cpu))
    const actual = own(kernel.gpu(onGpu, params, gpu))
    expect(actual.dims).toEqual(expected.dims)
    difference = maxAbsDifference(await gpu.read(actual), expected.data)
  } finally {
    for (const tensor of owned) tensor.release()
  }
  expect([cpu.bytes, gpu.bytes]).toEqual([0, 0])
  return difference
}

/** Values in −1..1 from a seed, so that a failure is one number. */
function noise(seed: number, n: number): Float32Array {
  let state = seed >>> 0
  return Float32Array.from({ length: n }, () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    return (state / 2 ** 31 - 1) * 0.999
  })
}

const seed = fc.integer({ min: 0, max: 2 ** 31 })
type Size = fc.Arbitrary<number>

/** Sides of one pixel, odd sides, any sides: runs of each. 200 together. */
const SIDES: readonly (readonly [Size, number])[] = [
  [fc.constant(1), 10],
  [fc.nat(22).map((n) => 2 * n + 1), 60],
  [fc.integer({ min: 1, max: 45 }), 130],
]

const shape = (size: Size) => fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }), size, size)
const filled = ([dims, s]: readonly [Dims, number]): [Float32Array, Dims] => [noise(s, count(dims)), dims]
const tensor = (size: Size) => fc.tuple(shape(size), seed).map(filled)

/** The property holds for values whose sides are drawn from each of SIDES. */
async function check<T>(values: (size: Size) => fc.Arbitrary<T>, holds: (value: T) => Promise<void>): Promise<void> {
  for (const [size, numRuns] of SIDES) await fc.assert(fc.asyncProperty(values(size), holds), { numRuns, seed: 7 })
}

test.each(resizeMethods)('resize %s: any size to any size, with and without antialias', async (method) => {
  await check(
    (size) => fc.tuple(tensor(size), size, size, fc.boolean()),
    async ([x, width, height, antialias]) => {
      expect(await apart(resize, [x], { width, height, method, antialias })).toBeLessThan(2e-6)
    },
  )
})

test('pad and crop', async () => {
  await check(
    (size) => fc.tuple(tensor(size), size, size),
    async ([[data, dims], more, wider]) => {
      const [, , h = 1, w = 1] = dims
      expect(await apart(pad, [[data, dims]], { width: w + wider - 1, height: h + more - 1 })).toBe(0)
      expect(await apart(crop, [[data, dims]], { width: Math.min(w, wider), height: Math.min(h, more) })).toBe(0)
    },
  )
})

test('affine, with and without limits', async () => {
  const factor = fc.float({ min: -4, max: 4, noNaN: true })
  await check(
    (size) => fc.tuple(tensor(size), factor, factor, fc.boolean()),
    async ([x, a, b, limited]) => {
      expect(await apart(affine, [x], { a, b, ...(limited && { clamp: [-0.5, 0.75] as const }) })).toBeLessThan(2e-6)
    },
  )
})

test('combine one, two and three tensors', async () => {
  await check(
    (size) => fc.tuple(shape(size), seed, fc.integer({ min: 1, max: 3 })),
    async ([dims, s, n]) => {
      const inputs = Array.from({ length: n }, (_, i) => filled([dims, s + i]))
      expect(await apart(combine, inputs, { weights: [0.7, -1.3, 2.1].slice(0, n) })).toBeLessThan(2e-6)
    },
  )
})

test('channel mean', async () => {
  await check(tensor, async (x) => {
    expect(await apart(channelMean, [x], {})).toBeLessThan(1e-6)
  })
})

test.each(colormapNames)('colours of %s, upright and inverted, in and out of range', async (name) => {
  await check(
    (size) => fc.tuple(size, size, seed, fc.boolean()),
    async ([h, w, s, invert]) => {
      const x = filled([[1, 1, h, w], s])
      expect(await apart(colormap, [x], { ...colormapOf(name, invert), low: -0.3, high: 0.8 })).toBeLessThan(4e-6)
    },
  )
})

test('colours of gradients of one’s own', async () => {
  const colours = fc.array(fc.nat(0xffffff), { minLength: 2, maxLength: 3 })
  await check(
    (size) => fc.tuple(size, size, seed, colours),
    async ([h, w, s, rgb]) => {
      const x = filled([[1, 1, h, w], s])
      const map = gradient(rgb.map((each) => `#${each.toString(16).padStart(6, '0')}`))
      expect(await apart(colormap, [x], { ...map, low: -0.3, high: 0.8 })).toBeLessThan(4e-6)
    },
  )
})

test.each(['Spectral', 'viridis', 'binary'] as const)('%s draws what is not finite black', async (name) => {
  const values = [NaN, Infinity, -Infinity, 0, 0.5, 1, 3.4e38, -3.4e38]
  const params = { ...colormapOf(name, false), low: 0, high: 1 }
  for (const backend of [new CpuBackend(), gpu]) {
    const x = backend.upload(Float32Array.from(values), [1, 1, 1, values.length])
    const y = runKernel(backend, colormap, [x], params)
    const drawn = await backend.read(y)
    for (let i = 0; i < 3 * values.length; i++) if (i % values.length < 3) expect(drawn[i]).toBe(0)
    x.release()
    y.release()
  }
})

test('concat and slice along the batch', async () => {
  await check(
    (size) => fc.tuple(shape(size), seed, fc.integer({ min: 1, max: 4 })),
    async ([dims, s, n]) => {
      const inputs = Array.from({ length: n }, (_, i) => filled([[1 + (i % 2), ...dims.slice(1)], s + i]))
      expect(await apart(concatBatch, inputs, {})).toBe(0)
      const [batch = 1] = dims
      expect(await apart(sliceBatch, [filled([dims, s])], { start: batch - 1, count: 1 })).toBe(0)
    },
  )
})

test('min-max and where, with several equal values too', async () => {
  await check(
    (size) => fc.tuple(tensor(size), fc.boolean()),
    async ([[data, dims], coarse]) => {
      const values = coarse ? data.map((v) => Math.round(v * 2)) : data
      expect(await apart(minMax, [[values, dims]], {})).toBe(0)
    },
  )
  expect(await apart(minMax, [[noise(5, 400_000), [2, 1, 400, 500]]], {})).toBe(0)
})

const ensemble = (size: Size) =>
  fc
    .tuple(fc.integer({ min: 1, max: 11 }), size, size, seed)
    .map(([e, h, w, s]) => ({ stack: filled([[e, 1, h, w], s]), members: e, values: noise(s + 1, 2 * e) }))

test('a census of what is not finite, saturated and not zero', async () => {
  await check(
    (size) =>
      fc.tuple(tensor(size), fc.array(fc.tuple(fc.nat(), fc.constantFrom(NaN, Infinity, -65504, 65504, 0, -0)))),
    async ([[data, dims], strange]) => {
      const values = data.slice()
      for (const [at, value] of strange) values[at % values.length] = value
      expect(await apart(census, [[values, dims]], {})).toBe(0)
    },
  )
  for (const value of [NaN, 0])
    expect(await apart(census, [[new Float32Array(400_000).fill(value), [2, 1, 400, 500]]], {})).toBe(0)
})

test('moments of an ensemble', async () => {
  await check(ensemble, async ({ stack, members, values }) => {
    const maps = { scales: [...values.subarray(0, members)], shifts: [...values.subarray(members)] }
    expect(await apart(moments, [stack], maps)).toBeLessThan(5e-3)
  })
  const maps = { scales: [1, 1.1, 0.9], shifts: [0, 0.1, 0.2] }
  expect(await apart(moments, [[noise(3, 3 * 9000), [3, 1, 90, 100]]], maps)).toBeLessThan(5e-3)
})

test.each(['median', 'mean'] as const)('align-reduce with %s: value and deviation', async (reduction) => {
  await check(
    (size) => fc.tuple(ensemble(size), fc.boolean()),
    async ([{ stack, members, values }, deviation]) => {
      const scales = [...values.subarray(0, members)].map((v) => v + 1.5)
      const shifts = [...values.subarray(members)]
      expect(await apart(alignReduce, [stack], { scales, shifts, reduction, deviation })).toBeLessThan(3e-6)
    },
  )
})

test('align-reduce of several channels is that of each', async () => {
  await check(ensemble, async ({ stack, members, values }) => {
    const [data, [, , h = 1, w = 1]] = stack
    const scales = [...values.subarray(0, members)].map((v) => v + 1.5)
    const shifts = [...values.subarray(members)]
    // the rows of a map as channels of one row each
    const rows: [Float32Array, Dims] = [data, [members, h, 1, w]]
    const params = { scales, shifts, reduction: 'median', deviation: true } as const
    expect(await apart(alignReduce, [rows], params)).toBeLessThan(3e-6)
    const cpu = new CpuBackend()
    const [one, many] = [stack, rows].map((given) => alignReduce.cpu([cpu.upload(...given)], params, cpu))
    expect(many?.dims).toEqual([2, h, 1, w])
    expect(many?.data).toEqual(one?.data)
  })
})

test('gamma, of what is below 0 too', async () => {
  await check(
    (size) => fc.tuple(tensor(size), fc.constantFrom(0.01, 0.5, 1)),
    async ([x, white]) => {
      expect(await apart(gamma, [x], { white })).toBeLessThan(2e-5)
    },
  )
})

test('slices of channels', async () => {
  await check(
    (size) => fc.tuple(shape(size), seed, fc.nat(3), fc.nat(3)),
    async ([dims, s, first, more]) => {
      const channels = dims[1]
      const start = first % channels
      expect(await apart(sliceChannels, [filled([dims, s])], { start, count: 1 + (more % (channels - start)) })).toBe(0)
    },
  )
})

test.each(['median', 'mean'] as const)('extremes of the %s name the same members', async (reduction) => {
  await check(ensemble, async ({ stack, members, values }) => {
    const scales = [...values.subarray(0, members)].map((v) => v + 1.5)
    const shifts = [...values.subarray(members)]
    expect(await apart(extremes, [stack], { scales, shifts, reduction })).toBe(0)
  })
})

/** Unit normals of members, most of them around a common one: rounding turns a mean near nothing to any side. */
const directions = (size: Size) =>
  fc.tuple(fc.integer({ min: 1, max: 6 }), size, size, seed).map(([e, h, w, s]): [Float32Array, Dims] => {
    const dims = [e, 3, h, w]
    const own = noise(s, count(dims))
    const common = noise(s + 1, 3 * h * w)
    const values = own.map((v, i) => 0.7 * v + (common[i % common.length] ?? 0))
    const plane = h * w
    for (let m = 0; m < e; m++) {
      for (let i = 0; i < plane; i++) {
        const at = [0, 1, 2].map((c) => (3 * m + c) * plane + i)
        const length = Math.hypot(...at.map((k) => values[k] ?? 0))
        for (const k of at) values[k] = (values[k] ?? 0) / length
      }
    }
    return [values, dims]
  })

test.each([
  [true, true],
  [true, false],
  [false, false],
])('normals of length 1: clipped %s, half z %s', async (clip, halfZ) => {
  await check(
    (size) => fc.tuple(fc.integer({ min: 1, max: 3 }), size, size, seed),
    async ([n, h, w, s]) => {
      const [data, dims] = filled([[n, 3, h, w], s])
      const beyond = data.map((v) => 1.5 * v)
      expect(await apart(unitNormals, [[beyond, dims]], { clip, halfZ })).toBeLessThan(1e-5)
      expect(await apart(unitNormals, [[new Float32Array(data.length), dims]], { clip, halfZ })).toBeLessThan(1e-5)
    },
  )
})

test.each(['closest', 'mean', 'uncertainty'] as const)('merged normals: %s', async (result) => {
  await check(directions, async (members) => {
    expect(await apart(mergeNormals, [members], { result })).toBeLessThan(5e-5)
  })
})

test('normals that cancel out have no mean: a quarter turn each, and the first is the closest', async () => {
  const opposite: [Float32Array, Dims] = [Float32Array.of(0, 0.6, 0.8, 0, -0.6, -0.8), [2, 3, 1, 1]]
  for (const backend of [new CpuBackend(), gpu]) {
    for (const [result, expected] of [
      ['closest', [0, 0.6, 0.8]],
      ['mean', [0, 0, 0]],
      ['uncertainty', [0.5]],
    ] as const) {
      const x = backend.upload(...opposite)
      const y = runKernel(backend, mergeNormals, [x], { result })
      expect(maxAbsDifference(await backend.read(y), expected)).toBeLessThan(1e-6)
      x.release()
      y.release()
    }
  }
})

test('colours of normals, each axis turned or not', async () => {
  await check(
    (size) => fc.tuple(directions(size), fc.boolean(), fc.boolean(), fc.boolean()),
    async ([normals, x, y, z]) => {
      expect(await apart(normalsColours, [normals], { flip: [x, y, z] })).toBeLessThan(1e-6)
    },
  )
})
