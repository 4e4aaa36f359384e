import type { AreaPlugin } from 'rete-area-plugin'
import type { Schemes, SocketSignal } from './schemes.ts'

/**
 * What was pressed or focused last, anywhere on it, lies over the other nodes: also a node that opened to show more of
 * itself. Wires lie under all nodes (theme.css). Returns how to stop.
 */
export function stacking(area: AreaPlugin<Schemes, SocketSignal>, container: HTMLElement): () => void {
  let front = 0
  const raise = ({ target }: Event) => {
    const id = target instanceof Element ? target.closest<HTMLElement>('[data-node]')?.dataset.node : undefined
    const view = id === undefined ? undefined : area.nodeViews.get(id)
    if (view && view.element.style.zIndex !== String(front)) view.element.style.zIndex = String(++front)
  }
  container.addEventListener('pointerdown', raise, { capture: true })
  container.addEventListener('focusin', raise)
  return () => {
    container.removeEventListener('pointerdown', raise, { capture: true })
    container.removeEventListener('focusin', raise)
  }
}
