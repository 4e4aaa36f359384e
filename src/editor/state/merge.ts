import type { ReadDocument } from '../../graph/validate.ts'
import { SAY_SHARING } from '../sharing-text.ts'
import { TEXT } from '../text.ts'
import { besides, inserted } from './edits.ts'
import type { Editor } from './editor.svelte.ts'

/** Adds everything of another graph to the one that is shown, beside what is there; one step. It does not run by itself. */
export function addToGraph(editor: Editor, { document, problems }: ReadDocument): void {
  if (document.nodes.length === 0) return editor.say(SAY_SHARING.nothingToAdd)
  const copies = inserted(editor.store.document, document, besides(editor.store.document))
  const title = document.title || TEXT.untitled
  if (!editor.runs.withhold(() => editor.addAll(copies, (what) => SAY_SHARING.added(title, what)))) return
  const names = new Map(document.nodes.map(({ id }, i) => [id, copies.nodes[i]]))
  editor.problems = problems.map(({ node, ...problem }) => {
    const copy = node === undefined ? undefined : names.get(node)
    return { ...problem, ...(copy !== undefined && { node: copy }) }
  })
  editor.trouble = undefined
  editor.canvas?.fitSelection()
}
