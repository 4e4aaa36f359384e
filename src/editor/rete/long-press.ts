/** Milliseconds that a finger stays, and pixels that it may wander. */
const LONG = { ms: 500, still: 8 } as const

/** Hears a finger that stays where it was put, alone. Not every browser makes a context menu of it. */
export function longPress(
  element: HTMLElement,
  on: (target: EventTarget | null) => boolean,
  held: (at: { readonly x: number; readonly y: number }) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let start = { x: 0, y: 0 }
  const stop = (): void => clearTimeout(timer)
  const down = ({ pointerType, isPrimary, target, clientX, clientY }: PointerEvent): void => {
    stop()
    if (pointerType !== 'touch' || !isPrimary || !on(target)) return
    start = { x: clientX, y: clientY }
    timer = setTimeout(() => held(start), LONG.ms)
  }
  const move = ({ clientX, clientY }: PointerEvent): void => {
    if (Math.hypot(clientX - start.x, clientY - start.y) > LONG.still) stop()
  }
  element.addEventListener('pointerdown', down, { capture: true })
  element.addEventListener('pointermove', move, { capture: true })
  const ends = ['pointerup', 'pointercancel'] as const
  for (const end of ends) element.addEventListener(end, stop, { capture: true })
  return () => {
    stop()
    element.removeEventListener('pointerdown', down, { capture: true })
    element.removeEventListener('pointermove', move, { capture: true })
    for (const end of ends) element.removeEventListener(end, stop, { capture: true })
  }
}
