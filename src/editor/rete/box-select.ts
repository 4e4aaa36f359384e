export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export const boxBetween = (a: { x: number; y: number }, b: { x: number; y: number }): Box => ({
  left: Math.min(a.x, b.x),
  top: Math.min(a.y, b.y),
  right: Math.max(a.x, b.x),
  bottom: Math.max(a.y, b.y),
})

/** Shift-drag on the empty canvas. Listens before Rete, which would pan. Coordinates are the window's. */
export function boxSelect(
  container: HTMLElement,
  isBackground: (target: EventTarget | null) => boolean,
  on: { drag(box: Box): void; end(box: Box): void },
): () => void {
  const down = (start: PointerEvent) => {
    if (!start.shiftKey || start.button !== 0 || !isBackground(start.target)) return
    start.stopPropagation()
    start.preventDefault()
    const from = { x: start.clientX, y: start.clientY }
    const move = (event: PointerEvent) => on.drag(boxBetween(from, { x: event.clientX, y: event.clientY }))
    const up = (event: PointerEvent) => {
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', up)
      on.end(boxBetween(from, { x: event.clientX, y: event.clientY }))
    }
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', up)
  }
  container.addEventListener('pointerdown', down, { capture: true })
  return () => container.removeEventListener('pointerdown', down, { capture: true })
}
