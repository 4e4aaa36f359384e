import type { Point } from './state/geometry.svelte.ts'

/** Two fingers moved: the distance between them grew `by`, and what was at `from` is at `to` now, in the element. */
type Pinched = (by: number, from: Point, to: Point) => void

/**
 * Two fingers on an element, wherever on it they are. From the second finger on, until both are lifted, nobody else hears
 * of their moves: a drag that the first one began stands still. Returns how to stop.
 */
export function pinch(element: HTMLElement, pinched: Pinched): () => void {
  const fingers = new Map<number, Point>()
  let pinching = false

  const within = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top } = element.getBoundingClientRect()
    return { x: clientX - left, y: clientY - top }
  }

  const down = (event: PointerEvent) => {
    if (event.pointerType !== 'touch') return
    fingers.set(event.pointerId, within(event))
    if (fingers.size < 2) return
    pinching = true
    event.stopPropagation()
  }
  const move = (event: PointerEvent) => {
    if (!fingers.has(event.pointerId)) return
    if (pinching) event.stopPropagation()
    const before = span(fingers)
    fingers.set(event.pointerId, within(event))
    const after = span(fingers)
    if (before && after && before.length > 0) pinched(after.length / before.length, before.middle, after.middle)
  }
  const up = (event: PointerEvent) => {
    fingers.delete(event.pointerId)
    if (fingers.size === 0) pinching = false
  }

  element.addEventListener('pointerdown', down, { capture: true })
  window.addEventListener('pointermove', move, { capture: true })
  window.addEventListener('pointerup', up, { capture: true })
  window.addEventListener('pointercancel', up, { capture: true })
  return () => {
    element.removeEventListener('pointerdown', down, { capture: true })
    window.removeEventListener('pointermove', move, { capture: true })
    window.removeEventListener('pointerup', up, { capture: true })
    window.removeEventListener('pointercancel', up, { capture: true })
  }
}

function span(fingers: ReadonlyMap<number, Point>): { readonly length: number; readonly middle: Point } | undefined {
  const [a, b] = [...fingers.values()]
  if (!a || !b) return undefined
  return { length: Math.hypot(a.x - b.x, a.y - b.y), middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } }
}
