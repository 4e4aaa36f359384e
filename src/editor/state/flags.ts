import { passThrough } from '../../graph/pass-through.ts'
import { CANVAS_SAY } from '../canvas-text.ts'
import type { Editor } from './editor.svelte.ts'

const selected = (editor: Editor) => editor.store.document.nodes.filter(({ id }) => editor.selection.has(id))

/** Bypasses what is selected and can be or, when all of it is bypassed, uses it again; one step. */
export function toggleBypass(editor: Editor): void {
  const nodes = selected(editor)
  const able = nodes.filter((node) => {
    const type = editor.type(node)
    return type !== undefined && passThrough(type).size > 0
  })
  // A file may say that a node is bypassed which cannot be: that can always be switched off.
  const bypassed = nodes.filter(({ bypass }) => bypass)
  const unable = nodes.find((node) => !able.includes(node) && !node.bypass)
  const on = able.some(({ bypass }) => !bypass)
  const changed = (on ? able : bypassed).map(({ id }) => id)
  if (changed.length === 0) {
    return editor.say(unable ? CANVAS_SAY.noPassThrough(editor.title(unable.id)) : CANVAS_SAY.nothingSelected)
  }
  if (!editor.do({ do: 'setFlag', flag: 'bypass', nodes: changed, on })) return
  const said = on ? CANVAS_SAY.bypassed(changed.length) : CANVAS_SAY.unbypassed(changed.length)
  editor.say(unable ? `${said} ${CANVAS_SAY.noPassThrough(editor.title(unable.id))}` : said)
}

/** Collapses what is selected or, when all of it is collapsed, opens it; one step. */
export function toggleCollapsed(editor: Editor, ids: Iterable<string> = editor.selection.ids): void {
  const nodes = [...ids].flatMap((id) => editor.store.node(id) ?? [])
  if (nodes.length === 0) return editor.say(CANVAS_SAY.nothingSelected)
  const on = nodes.some(({ collapsed }) => !collapsed)
  if (!editor.do({ do: 'setFlag', flag: 'collapsed', nodes: nodes.map(({ id }) => id), on })) return
  editor.say(on ? CANVAS_SAY.collapsed(nodes.length) : CANVAS_SAY.expanded(nodes.length))
}
