import type { AreaPlugin } from 'rete-area-plugin'
import type { Editor } from '../state/editor.svelte.ts'
import type { Schemes, SocketSignal } from './schemes.ts'

/**
 * Picking and dragging nodes. A drag moves the views; the document gets one command at its end, for all selected nodes.
 * Returns how to stop.
 */
export function dragNodes(area: AreaPlugin<Schemes, SocketSignal>, container: HTMLElement, editor: Editor): () => void {
  const { selection, geometry, store } = editor
  let adding = false
  let picked: { readonly id: string; readonly wasSelected: boolean; moved: boolean } | undefined
  const remember = (event: PointerEvent) =>
    (adding = event.shiftKey || event.ctrlKey || event.metaKey || selection.several)
  container.addEventListener('pointerdown', remember, { capture: true })

  area.addPipe((signal) => {
    if (signal.type === 'nodepicked') {
      const { id } = signal.data
      picked = { id, wasSelected: selection.has(id), moved: false }
      if (adding) selection.toggle(id)
      else if (!selection.has(id)) selection.set([id])
      editor.look()
    } else if (signal.type === 'nodetranslated') {
      const { id, position, previous } = signal.data
      geometry.nodes.set(id, position)
      if (picked?.id === id) {
        picked.moved = true
        const [dx, dy] = [position.x - previous.x, position.y - previous.y]
        for (const other of selection.ids) {
          const view = area.nodeViews.get(other)
          if (other !== id && view) void view.translate(view.position.x + dx, view.position.y + dy)
        }
      }
    } else if (signal.type === 'nodedragged') {
      const { id } = signal.data
      if (picked?.moved) commit(id)
      else if (picked?.wasSelected && !adding) selection.set([id])
      picked = undefined
      editor.look()
    }
    return signal
  })

  function commit(id: string): void {
    const moved = [...new Set([id, ...selection.ids])].flatMap((node) => {
      const view = area.nodeViews.get(node)
      return view ? [[node, { x: Math.round(view.position.x), y: Math.round(view.position.y) }] as const] : []
    })
    const changed = moved.some(([node, { x, y }]) => {
      const old = store.node(node)?.position
      return old?.x !== x || old.y !== y
    })
    if (changed) editor.do({ do: 'moveNodes', positions: Object.fromEntries(moved) })
  }

  return () => container.removeEventListener('pointerdown', remember, { capture: true })
}
