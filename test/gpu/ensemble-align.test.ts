import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensembleAlign, reduceAligned, type EnsembleParams } from '../../src/gpu/ensemble-align.ts'
import type { GpuBackend } from '../../src/gpu/backend.ts'
import { resize } from '../../src/gpu/kernels/resize.ts'
import type { Alignment } from '../../src/tensor/ensemble/align.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import type { Backend, Dims } from '../../src/tensor/tensor.ts'
import { fixtureJson, fixtureTensors, maxAbsDifference } from '../support/fixtures.ts'
import { openTestBackend } from '../support/webgpu.ts'

interface Solution {
  readonly parameters: readonly number[]
  readonly cost: number
}

interface Case {
  readonly name: string
  readonly members: string
  readonly shift_invariant: boolean
  readonly options: {
    readonly reduction: 'median' | 'mean'
    readonly regularizer_strength: number
    readonly max_iter: number
    readonly tol: number
    readonly max_res: number
  }
  readonly initial: Solution
  readonly reference: Solution
  readonly float64: Solution
}

const PATH = 'ensemble/ensemble_depth'
const { cases } = await fixtureJson<{ cases: readonly Case[] }>(`${PATH}.json`)
const tensors = await fixtureTensors(`${PATH}.safetensors`)

/** How far the reference moves when its input changes by half a unit in the last place (test/reference/ensemble_spread.py). */
const { spread } = await fixtureJson<{ spread: Readonly<Record<string, { depth: number; uncertainty: number }>> }>(
  'ensemble/spread.json',
)

/** 5e-3, or what the reference itself is reproducible to: 16 runs see most but not all of its spread. */
const tolerance = (of: number): number => Math.max(5e-3, 1.25 * of)

const paramsOf = (options: Case['options'], shift: boolean): EnsembleParams => ({
  reduction: options.reduction,
  alignment: shift ? 'affine' : 'scale',
  regularizerStrength: options.regularizer_strength,
  maxIter: options.max_iter,
  tol: options.tol,
  maxRes: options.max_res,
})

interface Result {
  readonly depth: Float32Array
  readonly uncertainty: Float32Array
  readonly alignment: Alignment | undefined
}

/** Aligns maps stored one after the other; every tensor released. */
async function run(backend: Backend, data: Float32Array, dims: Dims, params: EnsembleParams): Promise<Result> {
  const [n = 1, , h = 1, w = 1] = dims
  const members = Array.from({ length: n }, (_, i) =>
    backend.upload(data.slice(i * h * w, (i + 1) * h * w), [1, 1, h, w]),
  )
  const { depth, uncertainty, alignment } = await ensembleAlign(backend, members, params)
  const result = { depth: await backend.read(depth), uncertainty: await backend.read(uncertainty), alignment }
  for (const tensor of [...members, depth, uncertainty]) tensor.release()
  expect(backend.bytes).toBe(0)
  return result
}

/** Reduces maps under the scales and shifts that a reference run ended with; every tensor released. */
async function apply(
  backend: Backend,
  data: Float32Array,
  dims: Dims,
  { parameters }: Solution,
  params: EnsembleParams,
): Promise<Omit<Result, 'alignment'>> {
  const [n = 1] = dims
  const scales = parameters.slice(0, n)
  const shifts = params.alignment === 'affine' ? parameters.slice(n) : scales.map(() => 0)
  const stack = backend.upload(data, dims)
  const { depth, uncertainty } = await reduceAligned(backend, stack, { scales, shifts }, params)
  const result = { depth: await backend.read(depth), uncertainty: await backend.read(uncertainty) }
  for (const tensor of [stack, depth, uncertainty]) tensor.release()
  expect(backend.bytes).toBe(0)
  return result
}

/** All but the search is the reference’s, to the rounding of float32. */
const EXACT = 1e-5

let gpu: GpuBackend
let close: () => Promise<void>

beforeAll(async () => ({ backend: gpu, close } = await openTestBackend()))
afterAll(() => close())

describe.each(['cpu', 'gpu'] as const)('on the %s', (where) => {
  const backend = (): Backend => (where === 'gpu' ? gpu : new CpuBackend())

  test.each(cases.map((c) => [c.name, c] as const))('%s is diffusers’ ensemble_depth', async (name, c) => {
    const members = await tensors.f32(c.members)
    const r = await run(backend(), members, tensors.dims(c.members), paramsOf(c.options, c.shift_invariant))
    const own = spread[`ensemble_depth/${name}`] ?? { depth: 0, uncertainty: 0 }
    expect(maxAbsDifference(r.depth, await tensors.f32(`${name}.prediction`))).toBeLessThan(tolerance(own.depth))
    expect(maxAbsDifference(r.uncertainty, await tensors.f32(`${name}.uncertainty`))).toBeLessThan(
      tolerance(own.uncertainty),
    )
    expect(Math.abs((r.alignment?.initialCost ?? NaN) / c.initial.cost - 1)).toBeLessThan(1e-3)
    expect(r.alignment?.cost).toBeLessThanOrEqual(1.01 * c.reference.cost)
    expect(r.alignment?.collapsed).toBe(false)
  })

  test.each(cases.map((c) => [c.name, c] as const))('%s with the reference’s own parameters', async (name, c) => {
    const params = paramsOf(c.options, c.shift_invariant)
    const r = await apply(backend(), await tensors.f32(c.members), tensors.dims(c.members), c.reference, params)
    expect(maxAbsDifference(r.depth, await tensors.f32(`${name}.prediction`))).toBeLessThan(EXACT)
    expect(maxAbsDifference(r.uncertainty, await tensors.f32(`${name}.uncertainty`))).toBeLessThan(EXACT)
  })

  test('with nothing to search the result is the reference’s to rounding', async () => {
    for (const c of cases.filter(({ options }) => options.max_iter === 0)) {
      const members = await tensors.f32(c.members)
      const r = await run(backend(), members, tensors.dims(c.members), paramsOf(c.options, c.shift_invariant))
      expect(maxAbsDifference(r.depth, await tensors.f32(`${c.name}.prediction`))).toBeLessThan(2e-6)
      expect(maxAbsDifference(r.uncertainty, await tensors.f32(`${c.name}.uncertainty`))).toBeLessThan(2e-6)
    }
  })

  test.each(['median', 'mean'] as const)(
    'pixels without a value have none in the %s, and spoil no other',
    async (r) => {
      const holes = Float32Array.from(unlike)
      for (const at of [0, 17, 30, 89]) holes[at] = NaN
      const { depth, uncertainty } = await run(backend(), holes, [3, 1, 5, 6], { ...search, reduction: r })
      const empty = [0, 17, 29]
      for (const map of [depth, uncertainty]) {
        expect([...map].flatMap((v, i) => (Number.isFinite(v) ? [] : [i]))).toEqual(empty)
      }
      const values = depth.filter(Number.isFinite)
      expect(maxAbsDifference([Math.min(...values), Math.max(...values)], [0, 1])).toBeLessThan(EXACT)
    },
  )

  test('with scales free too the search goes where scipy’s BFGS goes with exact gradients', async () => {
    for (const c of cases.filter(({ options }) => options.max_iter === 2)) {
      const members = await tensors.f32(c.members)
      const params = { ...paramsOf(c.options, c.shift_invariant), free: 'scales and shifts' } as const
      const r = await run(backend(), members, tensors.dims(c.members), params)
      expect(r.alignment?.cost).toBeLessThanOrEqual(1.01 * c.float64.cost)
    }
  })
})

const PIPELINES = ['3-median', '3-median-agreeing', '4-even-median', '5-mean', '5-mean-agreeing', '5-median-agreeing']

const recordOf = (name: string) =>
  fixtureJson<{ ensembling: Case['options']; shift_invariant: boolean; members_of: string; alignment: Case }>(
    `pipelines/ensemble-${name}.json`,
  )

test.each([...PIPELINES, '5-median-batch-2'])('members of pipeline run ensemble-%s', async (name) => {
  const record = await recordOf(name)
  const stored = await fixtureTensors(`pipelines/ensemble-${name}.safetensors`)
  const members = await stored.f32('trace.members')
  const params = paramsOf(record.ensembling, record.shift_invariant)
  const r = await run(new CpuBackend(), members, stored.dims('trace.members'), params)
  const own = spread[`pipelines/ensemble-${name}`] ?? { depth: 0, uncertainty: 0 }
  expect(maxAbsDifference(r.depth, await stored.f32('trace.before_resize'))).toBeLessThan(tolerance(own.depth))
  expect(r.alignment?.cost).toBeLessThanOrEqual(1.01 * record.alignment.reference.cost)
})

test.each([...PIPELINES, '3-mean', 'scale-only', 'max-res', '5-median-batch-2'])(
  'pipeline run ensemble-%s with the reference’s own parameters',
  async (name) => {
    const record = await recordOf(name)
    const stored = await fixtureTensors(`pipelines/ensemble-${name}.safetensors`)
    const source = await fixtureTensors(`pipelines/${record.members_of}.safetensors`)
    const members = await source.f32('trace.members')
    const params = paramsOf(record.ensembling, record.shift_invariant)
    const backend = new CpuBackend()
    const r = await apply(backend, members, source.dims('trace.members'), record.alignment.reference, params)
    expect(maxAbsDifference(r.depth, await stored.f32('trace.before_resize'))).toBeLessThan(EXACT)
    // As the pipeline gave it: at the size of its picture.
    const [, , height = 1, width = 1] = stored.dims('uncertainty')
    const spread = backend.upload(r.uncertainty, stored.dims('trace.before_resize'))
    const resized = resize.cpu([spread], { width, height, method: 'bilinear', antialias: false }, backend)
    expect(maxAbsDifference(resized.data, await stored.f32('uncertainty'))).toBeLessThan(EXACT)
    for (const tensor of [spread, resized]) tensor.release()
  },
)

/** Maps that agree on nothing: with scales free the cheapest "alignment" is a constant. */
const unlike = Float32Array.from({ length: 3 * 30 }, (_, i) => Math.abs(Math.sin(12.9898 * (i + 1) ** 1.7)))
const search = paramsOf({ reduction: 'median', regularizer_strength: 0.02, max_iter: 10, tol: 1e-3, max_res: 0 }, true)

test('a search that collapses to a constant is stopped, and the result keeps its range', async () => {
  const free = await run(new CpuBackend(), unlike, [3, 1, 5, 6], { ...search, free: 'scales and shifts' })
  expect(free.alignment?.collapsed).toBe(true)
  expect(free.alignment?.cost).toBeLessThanOrEqual(free.alignment?.initialCost ?? 0)
  expect(Math.min(...(free.alignment?.scales ?? []))).toBeGreaterThan(0.2)
  const shifts = await run(new CpuBackend(), unlike, [3, 1, 5, 6], search)
  expect(shifts.alignment?.collapsed).toBe(false)
})

test('no more than ten iterations are taken', async () => {
  const r = await run(new CpuBackend(), unlike, [3, 1, 5, 6], { ...search, maxIter: 1000, tol: 0 })
  expect(r.alignment?.iterations).toBeLessThanOrEqual(10)
})

test('a single map passes through unchanged, without uncertainty', async () => {
  const r = await run(new CpuBackend(), unlike, [1, 1, 9, 10], search)
  expect(r.depth).toEqual(unlike)
  expect(r.uncertainty).toEqual(new Float32Array(90))
  expect(r.alignment).toBeUndefined()
})

test('equal maps and constant maps give no division by zero', async () => {
  const same = Float32Array.from([0, 0.25, 0.5, 1, 0, 0.25, 0.5, 1])
  const r = await run(new CpuBackend(), same, [2, 1, 2, 2], search)
  expect([...r.depth]).toEqual([0, 0.25, 0.5, 1])
  expect([...r.uncertainty]).toEqual([0, 0, 0, 0])
  const flat = await run(new CpuBackend(), new Float32Array(8).fill(0.5), [2, 1, 2, 2], search)
  expect(flat.depth.every(Number.isFinite)).toBe(true)
})

test('members of different sizes are refused, and nothing is left behind', async () => {
  const backend = new CpuBackend()
  const maps = [backend.upload(new Float32Array(4), [1, 1, 2, 2]), backend.upload(new Float32Array(6), [1, 1, 2, 3])]
  await expect(ensembleAlign(backend, maps, search)).rejects.toMatchObject({ code: 'node/unequal-members' })
  await expect(ensembleAlign(backend, [], search)).rejects.toMatchObject({ code: 'node/empty-ensemble' })
  expect(backend.bytes).toBe(40)
})

test('an abort between evaluations leaves nothing behind', async () => {
  const backend = new CpuBackend()
  const maps = [0, 1, 2].map((i) => backend.upload(unlike.slice(30 * i, 30 * i + 30), [1, 1, 5, 6]))
  const stopped = { ...search, signal: AbortSignal.abort() }
  await expect(ensembleAlign(backend, maps, stopped)).rejects.toMatchObject({ name: 'AbortError' })
  for (const map of maps) map.release()
  expect(backend.bytes).toBe(0)
})
