import type { AreaPlugin } from 'rete-area-plugin'
import type { Schemes, SocketSignal } from './schemes.ts'

export interface Stack {
  /** Puts a node or a note over all others. */
  raise(element: HTMLElement): void
  stop(): void
}

/**
 * The node or note that was made, pressed or focused last, anywhere on it, lies over the others: also a node that opened to
 * show more of itself. Wires and frames lie under all of them (theme.css).
 */
export function stacking(area: AreaPlugin<Schemes, SocketSignal>, container: HTMLElement): Stack {
  let front = 0
  const raise = (element: HTMLElement | undefined) => {
    if (element && element.style.zIndex !== String(front)) element.style.zIndex = String(++front)
  }
  const used = ({ target }: Event) => {
    const piece = target instanceof Element ? target.closest<HTMLElement>('[data-node], [data-mark^="note "]') : null
    const { node } = piece?.dataset ?? {}
    raise(node === undefined ? (piece ?? undefined) : area.nodeViews.get(node)?.element)
  }
  area.addPipe((signal) => {
    if (signal.type === 'nodecreated') raise(area.nodeViews.get(signal.data.id)?.element)
    return signal
  })
  container.addEventListener('pointerdown', used, { capture: true })
  container.addEventListener('focusin', used)
  return {
    raise,
    stop() {
      container.removeEventListener('pointerdown', used, { capture: true })
      container.removeEventListener('focusin', used)
    },
  }
}
