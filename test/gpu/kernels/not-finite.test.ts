import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GpuBackend } from '../../../src/gpu/backend.ts'
import { affine } from '../../../src/gpu/kernels/affine.ts'
import { channelMean } from '../../../src/gpu/kernels/channel-mean.ts'
import { colormap } from '../../../src/gpu/kernels/colormap.ts'
import { CpuBackend } from '../../../src/tensor/cpu.ts'
import { colormapOf } from '../../../src/tensor/colormap.ts'
import { count, type Backend } from '../../../src/tensor/tensor.ts'
import { openTestBackend } from '../../support/webgpu.ts'
import { kernelCase, kernelCases, type KernelCase } from './cases.ts'

let gpu: GpuBackend
let close: () => Promise<void>

beforeAll(async () => ({ backend: gpu, close } = await openTestBackend()))
afterAll(() => close())

interface Both {
  readonly cpu: Float32Array
  readonly gpu: Float32Array
}

/** Both halves of a kernel on the same values; every tensor released. */
async function both({ dims, run }: KernelCase, values: readonly Float32Array[]): Promise<Both> {
  const on = async (backend: Backend): Promise<Float32Array> => {
    const inputs = dims.map((shape, i) => backend.upload(values[i] ?? new Float32Array(), shape))
    const made = run(backend, inputs)
    const read = await backend.read(made)
    for (const tensor of [...inputs, made]) tensor.release()
    return read
  }
  return { cpu: await on(new CpuBackend()), gpu: await on(gpu) }
}

test('every kernel is looked at', async () => {
  const files = await readdir(join(import.meta.dirname, '../../../src/gpu/kernels'))
  expect([...new Set(kernelCases.map(({ kernel }) => `${kernel}.ts`))].sort()).toEqual(files.sort())
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

test.each(kernelCases.map((one) => [one.name, one] as const))('%s of what is not finite', async (_name, one) => {
  for (const value of rare) {
    const values = fc.tuple(
      ...one.dims.map((shape) => fc.array(value, { minLength: count(shape), maxLength: count(shape) })),
    )
    await fc.assert(
      fc.asyncProperty(values, async (drawn) => {
        const made = await both(
          one,
          drawn.map((list) => Float32Array.from(list)),
        )
        if (!alike(made)) expect(made.gpu).toEqual(made.cpu)
      }),
      { numRuns: 15, seed: 5 },
    )
  }
})

test('NaN stays NaN from the decoder to the picture, where it is black', async () => {
  const decoded = Float32Array.of(NaN, 0.5, 0.5, 0.2, NaN, 0.2)
  const depth = await both(kernelCase(channelMean, [[1, 2, 1, 3]], {}), [decoded])
  expect([...depth.gpu].map(Number.isNaN)).toEqual([true, true, false])
  const scaled = await both(kernelCase(affine, [[1, 1, 1, 3]], { a: 0.5, b: 0, clamp: [0, 1] }), [depth.gpu])
  expect([...scaled.gpu].map(Number.isNaN)).toEqual([true, true, false])
  const binary = { ...colormapOf('binary', false), low: 0, high: 1 }
  const drawn = await both(kernelCase(colormap, [[1, 1, 1, 3]], binary), [scaled.gpu])
  expect([...drawn.gpu.subarray(0, 2)]).toEqual([0, 0])
  expect(drawn.gpu[2]).toBeGreaterThan(0)
})
