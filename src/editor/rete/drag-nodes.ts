import type { AreaPlugin } from 'rete-area-plugin'
import type { Command } from '../../graph/commands.ts'
import type { DocumentLink } from '../../graph/document.ts'
import { CANVAS_SAY } from '../canvas-text.ts'
import type { Editor } from '../state/editor.svelte.ts'
import { insertion } from '../state/rewiring.ts'
import { wireId, type Schemes, type SocketSignal } from './schemes.ts'
import { distanceWithin, pointsOf } from './wire-curve.ts'

/**
 * Picking and dragging nodes. A drag moves the views; the document gets one command at its end, for all selected nodes.
 * Returns how to stop.
 */
export function dragNodes(area: AreaPlugin<Schemes, SocketSignal>, container: HTMLElement, editor: Editor): () => void {
  const { selection, geometry, store, wiring } = editor
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
        const link = selection.single === id ? wireUnder(id) : undefined
        wiring.aimed = link && wireId(link)
      }
    } else if (signal.type === 'nodedragged') {
      const { id } = signal.data
      if (picked?.moved) commit(id)
      else if (picked?.wasSelected && !adding) selection.set([id])
      picked = undefined
      wiring.aimed = undefined
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
    if (!changed) return
    const move: Command = { do: 'moveNodes', positions: Object.fromEntries(moved) }
    const link = selection.single === id ? wireUnder(id) : undefined
    const insert = link && insertion(store.document, editor.run.catalogue, id, link)
    if (!insert) return void editor.do(move)
    if (editor.do({ do: 'all', commands: [move, insert] })) editor.say(CANVAS_SAY.inserted(editor.title(id)))
  }

  /** The wire under the middle of a node that it can be put into. */
  function wireUnder(id: string): DocumentLink | undefined {
    const { links } = store.document
    const view = area.nodeViews.get(id)
    if (!view || links.some(({ from, to }) => from.node === id || to.node === id)) return undefined
    const { x, y } = view.position
    const { offsetWidth, offsetHeight } = view.element
    const box = { left: x, top: y, right: x + offsetWidth, bottom: y + offsetHeight }
    return links
      .flatMap((link) => {
        const distance = distanceWithin(pointsOf(geometry, link), box)
        return distance === undefined ? [] : [{ link, distance }]
      })
      .sort((a, b) => a.distance - b.distance)
      .find(({ link }) => insertion(store.document, editor.run.catalogue, id, link) !== undefined)?.link
  }

  return () => container.removeEventListener('pointerdown', remember, { capture: true })
}
