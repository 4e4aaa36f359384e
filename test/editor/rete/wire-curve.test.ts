import { expect, test } from 'vitest'
import { Geometry, type Point } from '../../../src/editor/state/geometry.svelte.ts'
import { alongWire, cross, distanceWithin, dividedBy, wireAt, wirePath } from '../../../src/editor/rete/wire-curve.ts'

const [from, to] = [
  { x: 10, y: 200 },
  { x: 400, y: 20 },
]

test('the points lie on the path that is drawn', () => {
  const numbers =
    wirePath([from, to])
      .match(/-?\d+(\.\d+)?/g)
      ?.map(Number) ?? []
  const [x1 = 0, y1 = 0, hx1 = 0, , hx2 = 0, , x2 = 0, y2 = 0] = numbers
  const points = alongWire([from, to])
  expect(points[0]).toEqual({ x: x1, y: y1 })
  expect(points.at(-1)).toEqual({ x: x2, y: y2 })
  expect(points[12]).toEqual({ x: (x1 + 3 * hx1 + 3 * hx2 + x2) / 8, y: (y1 + y2) / 2 })
})

test('a knife cuts what it crosses and nothing else', () => {
  const wire = alongWire([from, to])
  expect(
    cross(
      [
        { x: 200, y: 0 },
        { x: 210, y: 240 },
      ],
      wire,
    ),
  ).toBe(true)
  expect(
    cross(
      [
        { x: 200, y: 0 },
        { x: 210, y: 60 },
      ],
      wire,
    ),
  ).toBe(false)
  expect(cross([], wire)).toBe(false)
})

test('a wire passes through a box at its distance from the middle', () => {
  const wire = alongWire([from, to])
  expect(distanceWithin(wire, { left: 155, right: 255, top: 60, bottom: 160 })).toBeCloseTo(0)
  expect(distanceWithin(wire, { left: 155, right: 255, top: 160, bottom: 260 })).toBeUndefined()
})

function led(way: readonly Point[]) {
  const link = { from: { node: 'a', socket: 'out' }, to: { node: 'b', socket: 'in' }, via: way.slice(1, -1) }
  const geometry = new Geometry()
  const socket = ({ side }: { side: 'input' | 'output' }) => (side === 'output' ? way[0] : way.at(-1))
  Object.assign(geometry, { socket })
  return { link, geometry }
}

test('a wire goes through its points, and is found near them', () => {
  const way = [from, { x: 200, y: 300 }, { x: 300, y: 250 }, to]
  const wire = alongWire(way)
  for (const point of way) expect(wire).toContainEqual(point)
  const { link, geometry } = led(way)
  expect(wireAt(geometry, [link], { x: 202, y: 304 }, 6)?.link).toBe(link)
  expect(wireAt(geometry, [link], { x: 250, y: 290 }, 20)?.after).toBe(1)
  expect(wireAt(geometry, [link], { x: 202, y: 340 }, 6)).toBeUndefined()
})

test('a node on a wire has its points before and after it, without those that it covers', () => {
  const way = [from, { x: 60, y: 100 }, { x: 210, y: 100 }, { x: 340, y: 90 }, to]
  const { link, geometry } = led(way)
  const box = { x: 150, y: 60, width: 100, height: 80 }
  expect(dividedBy(geometry, link, box)).toEqual({ before: [way[1]], after: [way[3]] })
  expect(dividedBy(geometry, link, { ...box, x: 260, width: 40 })).toEqual({ before: way.slice(1, 3), after: [way[3]] })
})
