import { expect, test } from 'vitest'
import { toMaxEdge } from '../../src/tensor/max-edge.ts'
import { fixtureJson } from '../support/fixtures.ts'

const { rows } = await fixtureJson<{ rows: readonly (readonly (number | null)[])[] }>('resize/sizes.json')

test('the table of diffusers’ processing sizes; a side vanishes where diffusers raises', () => {
  expect(rows.length).toBeGreaterThan(100)
  for (const [h, w, resolution, newH, newW] of rows) {
    const size = toMaxEdge(w ?? 0, h ?? 0, resolution ?? 0)
    if (newH === null) expect(Math.min(size.width, size.height)).toBe(0)
    else expect([size.height, size.width]).toEqual([newH, newW])
  }
})
