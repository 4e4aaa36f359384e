import type { DocumentLink } from '../../graph/document.ts'
import { CANVAS_SAY } from '../canvas-text.ts'
import type { Editor } from '../state/editor.svelte.ts'
import type { Point } from '../state/geometry.svelte.ts'
import { cutting } from '../state/rewiring.ts'
import { cross, pointsOf } from './wire-curve.ts'

/**
 * Ctrl and the right button: a line is drawn, in the window's coordinates, and the wires that it crosses are taken away as
 * one step. `draw` is told of the line while it grows and of nothing at its end. Returns how to stop.
 */
export function cutWires(
  container: HTMLElement,
  editor: Editor,
  toCanvas: (client: Point) => Point,
  draw: (line: readonly Point[]) => void,
): () => void {
  let line: readonly Point[] = []
  let drawn = false

  const down = (start: PointerEvent) => {
    if (start.button !== 2 || !(start.ctrlKey || start.metaKey)) return
    start.stopPropagation()
    start.preventDefault()
    line = [{ x: start.clientX, y: start.clientY }]
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', up)
  }
  const move = (event: PointerEvent) => draw((line = [...line, { x: event.clientX, y: event.clientY }]))
  const up = () => {
    window.removeEventListener('pointermove', move)
    window.removeEventListener('pointerup', up)
    drawn = line.length > 2
    const knife = line.map(toCanvas)
    line = []
    draw(line)
    if (drawn) cut(knife)
  }
  const cut = (knife: readonly Point[]) => {
    const met = (link: DocumentLink) => cross(knife, pointsOf(editor.geometry, link))
    cutLinks(editor, editor.store.document.links.filter(met))
  }
  /** The menu that a right click opens is not meant after a cut. */
  const menu = (event: Event) => {
    if (!drawn && line.length === 0) return
    drawn = false
    event.preventDefault()
    event.stopPropagation()
  }
  container.addEventListener('pointerdown', down, { capture: true })
  container.addEventListener('contextmenu', menu, { capture: true })
  return () => {
    container.removeEventListener('pointerdown', down, { capture: true })
    container.removeEventListener('contextmenu', menu, { capture: true })
  }
}

export function cutLinks(editor: Editor, links: readonly DocumentLink[]): void {
  if (links.length === 0) return editor.say(CANVAS_SAY.nothingCut)
  if (editor.do(cutting(links))) editor.say(CANVAS_SAY.cut(links.length))
}
