import type { DocumentLink, Rectangle } from '../../graph/document.ts'
import type { Geometry, Point } from '../state/geometry.svelte.ts'
import { holds, middleOf } from '../state/rectangles.ts'
import type { Divided } from '../state/rewiring.ts'
import type { Box } from './box-select.ts'

const CURVATURE = 0.35
/** Straight pieces that a part of a wire is taken for when it is met by something. */
const PIECES = 24

/** A cubic curve: its ends, and the handles that it leaves and arrives by. */
interface Part {
  readonly from: Point
  readonly leaves: Point
  readonly arrives: Point
  readonly to: Point
}

/**
 * The curves of a wire through some points, at least two: horizontal at both ends, at the others in the direction of their
 * neighbours (Catmull–Rom).
 */
function parts(points: readonly Point[]): readonly Part[] {
  return points.slice(1).flatMap((to, i) => {
    const [before, from, after] = [points[i - 1], points[i], points[i + 2]]
    if (!from) return []
    const reach = Math.max(Math.abs(from.y - to.y) / 2, Math.abs(to.x - from.x)) * CURVATURE
    const leaves = before
      ? { x: from.x + (to.x - before.x) / 6, y: from.y + (to.y - before.y) / 6 }
      : { x: from.x + reach, y: from.y }
    const arrives = after
      ? { x: to.x - (after.x - from.x) / 6, y: to.y - (after.y - from.y) / 6 }
      : { x: to.x - reach, y: to.y }
    return [{ from, leaves, arrives, to }]
  })
}

const text = ({ x, y }: Point): string => `${x} ${y}`

/** The path of a wire from an output through some points to an input, for SVG. */
export const wirePath = (points: readonly Point[]): string =>
  parts(points)
    .map(({ from, leaves, arrives, to }, i) => {
      const curve = `C ${text(leaves)} ${text(arrives)} ${text(to)}`
      return i === 0 ? `M ${text(from)} ${curve}` : curve
    })
    .join(' ')

/** Points along the same path. */
export const alongWire = (points: readonly Point[]): readonly Point[] =>
  parts(points).flatMap((part, i) =>
    Array.from({ length: PIECES + (i === 0 ? 1 : 0) }, (_, j) => at(part, (i === 0 ? j : j + 1) / PIECES)),
  )

function at({ from, leaves, arrives, to }: Part, t: number): Point {
  const [a, b, c, d] = [(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3]
  return {
    x: a * from.x + b * leaves.x + c * arrives.x + d * to.x,
    y: a * from.y + b * leaves.y + c * arrives.y + d * to.y,
  }
}

/** Where a wire begins, is led through, and ends; undefined while it is not on the screen. */
export function turnsOf(geometry: Geometry, link: DocumentLink): readonly Point[] | undefined {
  const start = geometry.socket({ ...link.from, side: 'output' })
  const end = geometry.socket({ ...link.to, side: 'input' })
  return start && end && [start, ...geometry.way(link), end]
}

/** The points along a link's wire; none while it is not on the screen. */
export const pointsOf = (geometry: Geometry, link: DocumentLink): readonly Point[] =>
  alongWire(turnsOf(geometry, link) ?? [])

/** The wire nearest to a place, at most `reach` away, and after which of its points it passes there. */
export function wireAt(
  geometry: Geometry,
  links: readonly DocumentLink[],
  place: Point,
  reach: number,
): { readonly link: DocumentLink; readonly after: number } | undefined {
  let found: { readonly link: DocumentLink; readonly after: number } | undefined
  let nearest = reach
  for (const link of links) {
    pointsOf(geometry, link).forEach((point, i, all) => {
      const next = all[i + 1]
      const off = next ? distanceToLine(place, point, next) : Infinity
      if (off > nearest) return
      nearest = off
      found = { link, after: Math.floor(i / PIECES) }
    })
  }
  return found
}

/** The points of a wire on both sides of a box that it passes; those under the box are on neither. */
export function dividedBy(geometry: Geometry, link: DocumentLink, box: Rectangle): Divided {
  const via = link.via ?? []
  const at = wireAt(geometry, [link], middleOf(box), Infinity)?.after ?? via.length
  const clear = (points: readonly Point[]) => points.filter((point) => !holds(box, point))
  return { before: clear(via.slice(0, at)), after: clear(via.slice(at)) }
}

function distanceToLine(place: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const length = dx * dx + dy * dy
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((place.x - a.x) * dx + (place.y - a.y) * dy) / length))
  return Math.hypot(place.x - a.x - t * dx, place.y - a.y - t * dy)
}

/** How far a wire passes from the middle of a box, when it passes through it. */
export function distanceWithin(points: readonly Point[], { left, top, right, bottom }: Box): number | undefined {
  const inside = points.filter(({ x, y }) => x > left && x < right && y > top && y < bottom)
  if (inside.length === 0) return undefined
  return Math.min(...inside.map(({ x, y }) => Math.hypot(x - (left + right) / 2, y - (top + bottom) / 2)))
}

/** Whether two broken lines cross. */
export function cross(a: readonly Point[], b: readonly Point[]): boolean {
  return a.slice(1).some((to, i) => {
    const from = a[i]
    return from && b.slice(1).some((end, j) => b[j] !== undefined && meet(from, to, b[j], end))
  })
}

const side = (a: Point, b: Point, p: Point): number => (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)

const meet = (a: Point, b: Point, c: Point, d: Point): boolean =>
  side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
