import { describe, expect, it } from 'vitest'
import { nodes } from '../../src/app/registry.ts'
import { readDocument } from '../../src/graph/validate.ts'
import type { DepthMeaning, DepthValue } from '../../src/node/index.ts'
import { AFFINE_DEPTH } from '../support/meaning.ts'
import { Bench, data, frameOf, oneValue } from './support.ts'

const members = (bench: Bench, count: number, meaning = AFFINE_DEPTH): readonly DepthValue[] =>
  Array.from({ length: count }, (_, k) => ({
    kind: 'depth',
    meaning,
    tensor: bench.tensor([1, 1, 4, 4], (i) => 0.2 + (0.5 + 0.05 * k) * (i / 16) + 0.01 * ((i * (k + 3)) % 5)),
    frame: frameOf(4, 4),
  }))

async function align(count: number, params: object, meaning: DepthMeaning = AFFINE_DEPTH) {
  const bench = new Bench()
  const called = await bench.run('depth/ensemble-align', {
    inputs: { depth: members(bench, count, meaning) },
    params: params as never,
  })
  const depth = oneValue(called, 'depth', 'depth')
  return { values: [...data(depth)], meaning: depth.meaning, warnings: called.warnings }
}

const says = (scaleInvariant: boolean, shiftInvariant: boolean): DepthMeaning => ({
  quantity: 'depth',
  scaleInvariant,
  shiftInvariant,
})

describe('Ensemble Align', () => {
  it('passes a single map through, with no uncertainty', async () => {
    const bench = new Bench()
    const [only] = members(bench, 1)
    if (only === undefined) throw new Error('No member.')
    const called = await bench.run('depth/ensemble-align', { inputs: { depth: [only] } })
    const [depth, uncertainty] = [oneValue(called, 'depth', 'depth'), oneValue(called, 'uncertainty', 'uncertainty')]
    expect([...data(depth)]).toEqual([...data(only)])
    expect([...data(uncertainty)]).toEqual(Array(16).fill(0))
    for (const { tensor } of [depth, uncertainty, only]) tensor.release()
    expect(bench.backend.bytes).toBe(0)
  })

  it.each([
    [2, 1],
    [3, 0],
  ])('of %i members warns %i times', async (count, warnings) => {
    const called = await align(count, {})
    expect(called.warnings).toHaveLength(warnings)
    expect([Math.min(...called.values), Math.max(...called.values)]).toEqual([0, 1])
  })

  it.each([
    [says(true, true), 'affine'],
    [says(true, false), 'scale'],
  ])('aligns as the checkpoint says: %o is %s', async (meaning, alignment) => {
    const auto = await align(3, {}, meaning)
    expect(auto.values).toEqual((await align(3, { alignment }, meaning)).values)
    const other = alignment === 'affine' ? 'scale' : 'affine'
    expect(auto.values).not.toEqual((await align(3, { alignment: other }, meaning)).values)
  })

  it.each([
    ['median', says(false, true)],
    ['median', says(false, false)],
    ['mean', says(false, true)],
    ['mean', says(false, false)],
  ])(
    'of reduction %s has no alignment for %o, as the reference; a chosen one and a single map go',
    async (r, meaning) => {
      const params = { reduction: r }
      await expect(align(3, params, meaning)).rejects.toMatchObject({ code: 'node/no-alignment' })
      expect((await align(1, params, meaning)).meaning).toEqual(meaning)
      expect((await align(3, { ...params, alignment: 'scale' }, meaning)).values).toHaveLength(16)
    },
  )

  it.each([
    ['affine', says(true, false), says(true, true)],
    ['scale', says(true, false), says(true, false)],
    ['scale', says(false, false), says(true, false)],
    ['scale', says(true, true), says(true, true)],
  ])('"%s" makes of %o %o', async (alignment, before, after) => {
    expect((await align(3, { alignment }, before)).meaning).toEqual(after)
  })

  it('keeps disparity disparity', async () => {
    expect((await align(3, {}, { ...AFFINE_DEPTH, quantity: 'disparity' })).meaning.quantity).toBe('disparity')
  })

  it.each([
    ['reduction', { reduction: 'mean' }],
    ['regularizer_strength', { regularizer_strength: 10 }],
    ['max_iter', { max_iter: 0 }],
    ['tol', { tol: 1 }],
    ['max_res', { max_res: 2 }],
  ])('gives another depth with another %s', async (_name, params) => {
    expect((await align(3, params)).values).not.toEqual((await align(3, {})).values)
  })

  it('searches nothing with "Scale only": iterations, tolerance and regularizer are of no effect', async () => {
    const once = await align(3, { alignment: 'scale' })
    const much = await align(3, { alignment: 'scale', max_iter: 10, tol: 1e-8, regularizer_strength: 5 })
    expect(much.values).toEqual(once.values)
    const shifts = await align(3, { alignment: 'affine', max_iter: 0 })
    expect((await align(3, { alignment: 'affine', max_iter: 10, tol: 1e-8 })).values).not.toEqual(shifts.values)
  })

  it.each([
    [{}, 'affine'],
    [{ alignment: 'affine' }, 'affine'],
    [{ alignment: 'scale' }, 'scale'],
  ])('of version 1 with %o goes on as it was: %s', (params, alignment) => {
    const node = { id: 'align', type: 'depth/ensemble-align', version: 1, params, position: { x: 0, y: 0 } }
    const read = readDocument({ format: 'marigold-graph', schema: 1, title: 'Old', nodes: [node], links: [] }, nodes)
      .document.nodes
    expect(read).toMatchObject([{ version: 2, params: { alignment } }])
  })
})
