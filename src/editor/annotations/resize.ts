import type { Point, Rectangle } from '../../graph/document.ts'
import { LIMITS } from '../../graph/limits.ts'
import { GRID } from '../state/snapping.ts'

const LEAST = { width: 96, height: 48 }

/** A rectangle whose lower right corner was moved, on the grid unless `free`. */
export function resized(box: Rectangle, by: Point, free = false): Rectangle {
  const side = (start: number, length: number, least: number): number => {
    const end = free ? start + length : Math.round((start + length) / GRID) * GRID
    return Math.min(LIMITS.side.max, Math.max(least, end - start))
  }
  return {
    ...box,
    width: side(box.x, box.width + by.x, LEAST.width),
    height: side(box.y, box.height + by.y, LEAST.height),
  }
}
