import type { Point } from '../state/geometry.svelte.ts'

/** Pixels that a press may wander and still be a click. */
const STILL = 3

export interface Pressed {
  /** The pointer has left its place: `by` pixels of the window from where it was pressed. */
  move(by: Point, event: PointerEvent): void
  /** Let go. `moved` tells a drag from a click. */
  end(moved: boolean): void
  /** Taken away by the system, or given up with Escape: as if nothing had been dragged. */
  cancel(): void
}

/** Follows a press until it ends, wherever the pointer goes. Only the main button, a finger or a pen press. */
export function follow(start: PointerEvent, pressed: Pressed): void {
  let moved = false
  const byOf = (event: PointerEvent): Point => ({ x: event.clientX - start.clientX, y: event.clientY - start.clientY })
  const move = (event: PointerEvent) => {
    if (event.pointerId !== start.pointerId) return
    const by = byOf(event)
    moved ||= Math.hypot(by.x, by.y) >= STILL
    if (moved) pressed.move(by, event)
  }
  const up = (event: PointerEvent) => {
    if (event.pointerId !== start.pointerId) return
    stop()
    pressed.end(moved)
  }
  const cancel = (event: Event) => {
    if (event instanceof KeyboardEvent && event.key !== 'Escape') return
    if (event instanceof KeyboardEvent && moved) event.stopPropagation()
    stop()
    pressed.cancel()
  }
  const stop = () => {
    window.removeEventListener('pointermove', move)
    window.removeEventListener('pointerup', up)
    window.removeEventListener('pointercancel', cancel)
    window.removeEventListener('keydown', cancel, { capture: true })
  }
  window.addEventListener('pointermove', move)
  window.addEventListener('pointerup', up)
  window.addEventListener('pointercancel', cancel)
  window.addEventListener('keydown', cancel, { capture: true })
}

export const isMain = ({ pointerType, button }: PointerEvent): boolean => pointerType !== 'mouse' || button === 0
