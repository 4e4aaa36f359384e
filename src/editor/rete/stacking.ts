import type { AreaPlugin } from 'rete-area-plugin'
import type { Schemes, SocketSignal } from './schemes.ts'

/**
 * What was made, pressed or focused last, anywhere on it, lies over the other nodes: also a node that opened to show more
 * of itself. Wires lie under all nodes (theme.css). Returns how to stop.
 */
export function stacking(area: AreaPlugin<Schemes, SocketSignal>, container: HTMLElement): () => void {
  let front = 0
  const raise = (id: string | undefined) => {
    const view = id === undefined ? undefined : area.nodeViews.get(id)
    if (view && view.element.style.zIndex !== String(front)) view.element.style.zIndex = String(++front)
  }
  const used = ({ target }: Event) => {
    if (target instanceof Element) raise(target.closest<HTMLElement>('[data-node]')?.dataset.node)
  }
  area.addPipe((signal) => {
    if (signal.type === 'nodecreated') raise(signal.data.id)
    return signal
  })
  container.addEventListener('pointerdown', used, { capture: true })
  container.addEventListener('focusin', used)
  return () => {
    container.removeEventListener('pointerdown', used, { capture: true })
    container.removeEventListener('focusin', used)
  }
}
