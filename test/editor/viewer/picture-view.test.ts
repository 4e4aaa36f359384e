import { expect, it } from 'vitest'
import { fitted, halved, zoomedAt } from '../../../src/editor/viewer/picture-view.ts'

it('fits the whole picture into the frame, centred', () => {
  const view = fitted({ width: 200, height: 100 }, { width: 424, height: 424 })
  expect(view).toEqual({ k: 2, x: 12, y: 112 })
})

it('does not blow a tiny picture up without end', () => {
  expect(fitted({ width: 1, height: 1 }, { width: 1000, height: 1000 }).k).toBe(48)
})

it('keeps the pixel under the pointer where it is', () => {
  const before = { x: 10, y: 20, k: 0.5 }
  const at = { x: 110, y: 70 }
  const after = zoomedAt(before, at, 3)
  expect((at.x - after.x) / after.k).toBeCloseTo((at.x - before.x) / before.k)
  expect((at.y - after.y) / after.k).toBeCloseTo((at.y - before.y) / before.k)
  expect(zoomedAt(after, at, 1e9).k).toBe(48)
})

it('gives two pictures the halves of a frame along its longer side', () => {
  expect(halved({ width: 400, height: 300 })).toEqual({ width: 200, height: 300 })
  expect(halved({ width: 300, height: 400 })).toEqual({ width: 300, height: 200 })
})
