import type { Command } from '../../graph/commands.ts'
import type { DocumentLink, Point } from '../../graph/document.ts'
import { CANVAS_SAY } from '../canvas-text.ts'
import type { Editor } from '../state/editor.svelte.ts'
import { pointsOf, wireAt } from './wire-curve.ts'

/** Pixels of the window from a wire that still mean it. */
const NEAR = 8

const whole = ({ x, y }: Point): Point => ({ x: Math.round(x), y: Math.round(y) })

const led = (link: DocumentLink, after: number, through: Point): Command => ({
  do: 'setVia',
  to: link.to,
  via: (link.via ?? []).toSpliced(after, 0, whole(through)),
})

/** Gives the wire at a place on the canvas a point there, which it can be dragged by. False where there is no wire. */
export function leadWireAt(editor: Editor, place: Point): boolean {
  const found = wireAt(editor.geometry, editor.store.document.links, place, NEAR / editor.geometry.zoom)
  if (!found) return false
  if (editor.do(led(found.link, found.after, place))) editor.say(CANVAS_SAY.led(1))
  return true
}

/** The wire under the pointer, or else every wire into the selected nodes is led through a point. */
export function leadWires(editor: Editor): void {
  const { canvas, geometry, selection, store } = editor
  if (canvas?.hovered && leadWireAt(editor, canvas.pointed())) return
  const commands = store.document.links.flatMap((link) => {
    const points = selection.has(link.to.node) ? pointsOf(geometry, link) : []
    const middle = points[Math.floor(points.length / 2)]
    return middle ? [led(link, Math.floor(((link.via?.length ?? 0) + 1) / 2), middle)] : []
  })
  if (commands.length === 0) return editor.say(CANVAS_SAY.noWireHere)
  if (editor.do({ do: 'all', commands })) editor.say(CANVAS_SAY.led(commands.length))
}

/** Moves one point of a wire, by the keyboard. */
export function moveTurn(editor: Editor, link: DocumentLink, at: number, by: Point): void {
  const via = (link.via ?? []).map(({ x, y }, i) => (i === at ? { x: x + by.x, y: y + by.y } : { x, y }))
  editor.do({ do: 'setVia', to: link.to, via }, `turn-${link.to.node} ${link.to.socket} ${at}`)
}

export function removeTurn(editor: Editor, link: DocumentLink, at: number): void {
  if (editor.do({ do: 'setVia', to: link.to, via: (link.via ?? []).toSpliced(at, 1) })) editor.say(CANVAS_SAY.unled)
}
