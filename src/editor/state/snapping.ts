import type { Point, Rectangle } from '../../graph/document.ts'
import type { Guide } from './geometry.svelte.ts'

/** Canvas units between the places that things lie on. */
export const GRID = 8

interface Line {
  readonly at: number
  readonly from: number
  readonly to: number
}

/** The three lines across an axis that a rectangle can be in line by: its edges and its middle. */
function lines({ x, y, width, height }: Rectangle, axis: 'x' | 'y'): readonly Line[] {
  const [start, length, from, to] = axis === 'x' ? [x, width, y, y + height] : [y, height, x, x + width]
  return [start, start + length / 2, start + length].map((at) => ({ at, from, to }))
}

export interface Snapped {
  /** The move with what was added to come to lie well. */
  readonly by: Point
  readonly guides: readonly Guide[]
}

/**
 * Where a rectangle that is moved `by` comes to lie: in line with the edges or middles of others that are at most `reach`
 * away, or else on the grid. Both axes are independent. Edges are compared with edges of the same side, middles with middles.
 */
export function snap(box: Rectangle, by: Point, others: readonly Rectangle[], reach: number): Snapped {
  const moved = { ...box, x: box.x + by.x, y: box.y + by.y }
  const axis = (name: 'x' | 'y'): number => {
    const own = lines(moved, name)
    let best: number | undefined
    for (const other of others) {
      lines(other, name).forEach(({ at }, i) => {
        const off = at - (own[i]?.at ?? NaN)
        if (Math.abs(off) <= Math.min(reach, Math.abs(best ?? Infinity))) best = off
      })
    }
    return best ?? Math.round(moved[name] / GRID) * GRID - moved[name]
  }
  const placed = { x: by.x + axis('x'), y: by.y + axis('y') }
  const there = { ...box, x: box.x + placed.x, y: box.y + placed.y }
  return { by: placed, guides: [...guides(there, others, 'x'), ...guides(there, others, 'y')] }
}

/** One per axis says enough: things of one width are in line three times. */
function guides(box: Rectangle, others: readonly Rectangle[], axis: 'x' | 'y'): readonly Guide[] {
  const all = lines(box, axis).flatMap((own, i) => {
    const met = others.flatMap((other) => {
      const line = lines(other, axis)[i]
      return line && Math.abs(line.at - own.at) < 0.01 ? [line] : []
    })
    if (met.length === 0) return []
    const joined = [own, ...met]
    const from = Math.min(...joined.map((line) => line.from))
    const to = Math.max(...joined.map((line) => line.to))
    return [{ axis, at: own.at, from, to }]
  })
  return all.slice(0, 1)
}
