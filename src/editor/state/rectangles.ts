import type { Point, Rectangle } from '../../graph/document.ts'

export const middleOf = ({ x, y, width, height }: Rectangle): Point => ({ x: x + width / 2, y: y + height / 2 })

export const holds = (box: Rectangle, { x, y }: Point): boolean =>
  x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height

/** Whether all of `inner` lies in `outer`. */
export const encloses = (outer: Rectangle, { x, y, width, height }: Rectangle): boolean =>
  holds(outer, { x, y }) && holds(outer, { x: x + width, y: y + height })

export const meets = (a: Rectangle, b: Rectangle): boolean =>
  a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height

/** The smallest rectangle around some; undefined around none. */
export function hull(boxes: readonly Rectangle[]): Rectangle | undefined {
  if (boxes.length === 0) return undefined
  const x = Math.min(...boxes.map((box) => box.x))
  const y = Math.min(...boxes.map((box) => box.y))
  const right = Math.max(...boxes.map((box) => box.x + box.width))
  const bottom = Math.max(...boxes.map((box) => box.y + box.height))
  return { x, y, width: right - x, height: bottom - y }
}

export const shifted = (box: Rectangle, by: Point): Rectangle => ({ ...box, x: box.x + by.x, y: box.y + by.y })

/** In whole canvas units, as documents have them. */
export const rounded = ({ x, y, width, height }: Rectangle): Rectangle => ({
  x: Math.round(x),
  y: Math.round(y),
  width: Math.round(width),
  height: Math.round(height),
})
