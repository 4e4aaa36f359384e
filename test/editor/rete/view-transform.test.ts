import { describe, expect, it } from 'vitest'
import type { Box } from '../../../src/editor/rete/box-select.ts'
import { around, closeUp, firstLook, revealed, type ViewTransform } from '../../../src/editor/rete/view-transform.ts'

const box = (left: number, top: number, height = 300): Box => ({ left, top, right: left + 236, bottom: top + height })
/** Five columns, two rows; the first column is not the first in the list, and begins above the others. */
const graph = [284, 568, 0, 852, 1136].flatMap((x) => [box(x, x === 0 ? -40 : 0), box(x, 420)])

const seen = (boxes: readonly Box[], { x, y, k }: ViewTransform) =>
  boxes.map(({ left, top, right, bottom }) => ({
    left: left * k + x,
    top: top * k + y,
    right: right * k + x,
    bottom: bottom * k + y,
  }))

const inside = (boxes: readonly Box[], { width, height }: { width: number; height: number }): boolean =>
  boxes.every(({ left, top, right, bottom }) => left >= 0 && top >= 0 && right <= width && bottom <= height)

describe('what an opened graph is seen like first', () => {
  it('is all of it where there is room', () => {
    const frame = { width: 960, height: 800 }
    const view = firstLook(graph, frame)
    expect(inside(seen(graph, view), frame)).toBe(true)
    expect(view.k).toBeLessThanOrEqual(1)
  })

  it('is all of it, larger than it is, where there is room for that', () => {
    const frame = { width: 2560, height: 2000 }
    const view = firstLook(graph, frame)
    expect(inside(seen(graph, view), frame)).toBe(true)
    expect(view.k).toBeGreaterThan(1.3)
  })

  it.each([
    { width: 400, height: 415 },
    { width: 510, height: 900 },
  ])('is its first column, large enough to read, in %o', (frame) => {
    const view = firstLook(graph, frame)
    expect(view.k).toBeGreaterThanOrEqual(0.6)
    const [first] = seen([box(0, -40)], view)
    expect(inside(first ? [first] : [], frame)).toBe(true)
    expect(first?.top).toBeLessThan(40)
    expect(first?.left).toBeLessThan(40)
  })
})

it('everything is still seen on the same small screen when it is asked for', () => {
  const frame = { width: 400, height: 415 }
  expect(inside(seen(graph, around(graph, frame, 1)), frame)).toBe(true)
})

it('a node that is shown can be read, and is not made smaller', () => {
  const frame = { width: 400, height: 415 }
  expect(closeUp([box(0, 0)], frame, 0.2).k).toBeGreaterThanOrEqual(0.6)
  expect(closeUp([box(0, 0)], frame, 1.1).k).toBeCloseTo(1.1)
})

describe('what is to be seen', () => {
  const frame = { width: 900, height: 700 }
  const now = { x: 10, y: 20, k: 0.5 }

  it('moves nothing where it is seen already', () => {
    expect(revealed(box(200, 200), now, frame)).toEqual(now)
  })

  it.each([
    [-400, 100],
    [5000, 100],
    [200, -300],
    [200, 3000],
  ])('is moved into the frame from (%i, %i), no farther than needed, and is as large as before', (left, top) => {
    const view = revealed(box(left, top), now, frame)
    expect(inside(seen([box(left, top)], view), frame)).toBe(true)
    expect(view.k).toBe(now.k)
    expect([view.x === now.x, view.y === now.y].sort()).toEqual([false, true])
  })

  it('begins in the frame where it is larger', () => {
    const [large] = seen([box(100, 100, 5000)], revealed(box(100, 100, 5000), now, frame))
    expect(large?.top).toBeGreaterThan(0)
    expect(large?.top).toBeLessThan(40)
  })
})
