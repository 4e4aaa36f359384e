import type { Box } from './box-select.ts'

/** Where the canvas stands in its frame: the canvas point p is drawn at p·k + (x, y). */
export interface ViewTransform {
  readonly x: number
  readonly y: number
  readonly k: number
}

interface FrameSize {
  readonly width: number
  readonly height: number
}

const ZOOM = { min: 0.15, max: 2 } as const

/** Below this a card's words are dots on any screen. */
const SMALLEST = 0.4
/** A card with words that can be read, as large as leaves its neighbour on a telephone's screen. */
const READABLE = 0.7

/** A frame in which cards are as large as they are; in a larger one they may be larger, with words for a wall of a screen. */
const USUAL: FrameSize = { width: 1700, height: 1300 }
const LARGEST = 1.5

/** How large the nodes of a whole graph are shown at most. */
export const largest = ({ width, height }: FrameSize): number =>
  Math.min(LARGEST, Math.max(1, Math.min(width / USUAL.width, height / USUAL.height)))

export const limited = (zoom: number): number => Math.min(ZOOM.max, Math.max(ZOOM.min, zoom))

/** The boxes in the middle of the frame, enlarged at most to `most`. */
export function around(boxes: readonly Box[], frame: FrameSize, most: number): ViewTransform {
  const all = hull(boxes)
  const margin = marginIn(frame)
  const [width, height] = [all.right - all.left, all.bottom - all.top]
  const k = limited(Math.min((frame.width - 2 * margin) / width, (frame.height - 2 * margin) / height, most))
  return {
    x: frame.width / 2 - ((all.left + all.right) / 2) * k,
    y: frame.height / 2 - ((all.top + all.bottom) / 2) * k,
    k,
  }
}

/** What is seen of a graph when it is opened: all of it or, where that is too small to read, its first column. */
export function firstLook(boxes: readonly Box[], frame: FrameSize): ViewTransform {
  const whole = around(boxes, frame, largest(frame))
  const first = boxes.reduce<Box | undefined>((left, box) => (left && left.left <= box.left ? left : box), undefined)
  if (whole.k >= SMALLEST || !first) return whole
  const column = hull(boxes.filter((box) => box.left < first.right))
  const margin = marginIn(frame)
  return { x: margin - column.left * READABLE, y: margin - column.top * READABLE, k: READABLE }
}

/** Whether a box is within the frame, in part at least. */
export const isSeen = (box: Box, { x, y, k }: ViewTransform, { width, height }: FrameSize): boolean =>
  box.left * k + x < width && box.right * k + x > 0 && box.top * k + y < height && box.bottom * k + y > 0

/** One of many, as large as it is now and large enough to read. */
export const closeUp = (boxes: readonly Box[], frame: FrameSize, now: number): ViewTransform =>
  around(boxes, frame, Math.max(now, READABLE))

/** Moved no farther than needed to have a box in the frame; what is larger begins in it. */
export function revealed({ left, top, right, bottom }: Box, now: ViewTransform, frame: FrameSize): ViewTransform {
  const { k } = now
  /** Along one axis, with room to spare before and behind. */
  const moved = (at: number, start: number, end: number, room: number, spare: { before: number; behind: number }) =>
    Math.max(Math.min(at, room - spare.behind - end * k), spare.before - start * k)
  const side = marginIn(frame)
  return {
    // The map and the bar of the selection lie over the lower edge.
    y: moved(now.y, top, bottom, frame.height, { before: side, behind: Math.min(96, frame.height / 3) }),
    x: moved(now.x, left, right, frame.width, { before: side, behind: side }),
    k,
  }
}

const marginIn = ({ width }: FrameSize): number => Math.min(28, width / 16)

const hull = (boxes: readonly Box[]): Box => ({
  left: Math.min(...boxes.map(({ left }) => left)),
  top: Math.min(...boxes.map(({ top }) => top)),
  right: Math.max(...boxes.map(({ right }) => right)),
  bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
})
