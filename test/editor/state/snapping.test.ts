import { expect, test } from 'vitest'
import { snap } from '../../../src/editor/state/snapping.ts'

const box = { x: 0, y: 0, width: 100, height: 50 }

test('what is dragged comes to lie in line with the nearest edge or middle, with a line that says so', () => {
  const other = { x: 203, y: 301, width: 60, height: 60 }
  expect(snap(box, { x: 200, y: 100 }, [other], 6)).toEqual({
    by: { x: 203, y: 104 },
    guides: [{ axis: 'x', at: 203, from: 104, to: 361 }],
  })
  const middles = snap(box, { x: 181, y: 306 }, [other], 6)
  expect(middles.by).toEqual({ x: 183, y: 306 })
  expect(middles.guides.map(({ axis, at }) => [axis, at])).toEqual([
    ['x', 233],
    ['y', 331],
  ])
})

test('out of reach of others it lies on the grid', () => {
  expect(snap({ ...box, x: 3 }, { x: 0, y: 13 }, [], 6)).toEqual({ by: { x: -3 + 0, y: 16 }, guides: [] })
})
