import type { AreaPlugin } from 'rete-area-plugin'
import type { Command } from '../../graph/commands.ts'
import type { DocumentLink } from '../../graph/document.ts'
import { CANVAS_SAY } from '../canvas-text.ts'
import type { Editor } from '../state/editor.svelte.ts'
import { insertion } from '../state/rewiring.ts'
import { wireId } from '../state/wire-id.ts'
import type { Mover } from './mover.ts'
import { isMain } from './press.ts'
import type { Schemes, SocketSignal } from './schemes.ts'
import { distanceWithin, dividedBy, pointsOf } from './wire-curve.ts'

/** True while a press adds to what is selected, or takes from it. */
export const adds = (event: PointerEvent, editor: Editor): boolean =>
  event.shiftKey || event.ctrlKey || event.metaKey || editor.selection.several

/** Picking and dragging nodes, in place of Rete's own dragging, which moves them one by one through all its plugins. */
export function dragNodes(area: AreaPlugin<Schemes, SocketSignal>, editor: Editor, mover: Mover): void {
  const { selection, geometry, store, wiring } = editor

  area.addPipe((signal) => {
    if (signal.type === 'nodecreated') {
      const { id } = signal.data
      const view = area.nodeViews.get(id)
      view?.dragHandler.destroy()
      view?.element.addEventListener('pointerdown', (event) => press(event, id))
    }
    return signal
  })

  function press(event: PointerEvent, id: string): void {
    if (!isMain(event)) return
    event.stopPropagation()
    const adding = adds(event, editor)
    const wasSelected = selection.has(id)
    if (adding) selection.toggle(id)
    else if (!wasSelected) selection.set([id])
    editor.look()
    // One that was just taken out of the selection is not dragged.
    if (adding && wasSelected) return
    let into: string | undefined
    mover.selected(event, {
      moved() {
        const link = selection.single === id && selection.size === 1 ? wireUnder(id) : undefined
        wiring.aimed = link && wireId(link)
      },
      dropped(): Command | undefined {
        const link = wiring.aimed === undefined ? undefined : store.link(wiring.aimed)
        const box = geometry.box(id)
        const points = link && box && dividedBy(geometry, link, box)
        const insert = link && insertion(store.document, editor.run.catalogue, id, link, points)
        into = insert && editor.title(id)
        return insert
      },
      done: () => into !== undefined && editor.say(CANVAS_SAY.inserted(into)),
      clicked: () => wasSelected && !adding && selection.set([id]),
      ended() {
        wiring.aimed = undefined
        editor.look()
      },
    })
  }

  /** The wire under the middle of a node that it can be put into. */
  function wireUnder(id: string): DocumentLink | undefined {
    const { links } = store.document
    const box = geometry.box(id)
    if (!box || links.some(({ from, to }) => from.node === id || to.node === id)) return undefined
    const edges = { left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height }
    return links
      .flatMap((link) => {
        const distance = distanceWithin(pointsOf(geometry, link), edges)
        return distance === undefined ? [] : [{ link, distance }]
      })
      .sort((a, b) => a.distance - b.distance)
      .find(({ link }) => insertion(store.document, editor.run.catalogue, id, link) !== undefined)?.link
  }
}
