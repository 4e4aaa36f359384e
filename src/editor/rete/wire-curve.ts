import { classicConnectionPath } from 'rete-render-utils'
import type { DocumentLink } from '../../graph/document.ts'
import type { Geometry, Point } from '../state/geometry.svelte.ts'
import type { Box } from './box-select.ts'

const CURVATURE = 0.35
/** Straight pieces that a wire is taken for when it is met by something. */
const PIECES = 24

/** The path of a wire, for SVG. */
export const wirePath = (from: Point, to: Point): string => classicConnectionPath([from, to], CURVATURE)

/** Points along the same path: a cubic curve that leaves and arrives horizontally. */
export function alongWire(from: Point, to: Point): readonly Point[] {
  const reach = Math.max(Math.abs(from.y - to.y) / 2, Math.abs(to.x - from.x)) * CURVATURE
  return Array.from({ length: PIECES + 1 }, (_, i) => {
    const t = i / PIECES
    const [a, b, c, d] = [(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3]
    return {
      x: a * from.x + b * (from.x + reach) + c * (to.x - reach) + d * to.x,
      y: (a + b) * from.y + (c + d) * to.y,
    }
  })
}

/** The points along a link's wire; none while it is not on the screen. */
export function pointsOf(geometry: Geometry, { from, to }: DocumentLink): readonly Point[] {
  const start = geometry.socket({ ...from, side: 'output' })
  const end = geometry.socket({ ...to, side: 'input' })
  return start && end ? alongWire(start, end) : []
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
