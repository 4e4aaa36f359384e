import { plainError } from '../../base/errors.ts'
import { definitionOf } from '../../graph/groups/flatten.ts'
import { gathered } from '../../graph/groups/gather.ts'
import { opened } from '../../graph/groups/open.ts'
import { CANVAS_SAY } from '../canvas-text.ts'
import type { Editor } from './editor.svelte.ts'

/** Whether a node is a group that can be opened into its parts. */
export const isGroup = ({ store }: Editor, id: string): boolean => {
  const node = store.node(id)
  return node !== undefined && definitionOf(node, store.document) !== undefined
}

/** Why nothing can be opened now; undefined when something can. */
export const noGroupSelected = (editor: Editor): string | undefined =>
  [...editor.selection.ids].some((id) => isGroup(editor, id)) ? undefined : CANVAS_SAY.noGroup

/** Puts the parts of the selected groups in their places; one step. */
export function openGroups(editor: Editor, ids: Iterable<string> = editor.selection.ids): void {
  const groups = [...ids].filter((id) => isGroup(editor, id))
  const titles = groups.map((id) => editor.title(id))
  let { document } = editor.store
  const parts = groups.flatMap((id) => {
    const result = opened(document, id)
    if (result) document = result.document
    return result?.nodes ?? []
  })
  const [title = ''] = titles
  if (groups.length === 0) return editor.say(CANVAS_SAY.noGroup)
  if (!editor.do({ do: 'replace', document })) return
  editor.selection.set(parts)
  editor.look()
  // They take more room than the one node.
  editor.canvas?.fitSelection()
  editor.say(CANVAS_SAY.opened(groups.length === 1 ? title : String(groups.length), parts.length))
}

/** Makes one node of the selected ones; one step. */
export function gatherSelection(editor: Editor): void {
  const types = editor.run.catalogue
  const sinks = new Set([...types.values()].filter(({ sink }) => sink).map(({ type }) => type))
  try {
    const { document, node } = gathered(editor.store.document, editor.selection.ids, {
      types,
      sinks,
      title: (id) => editor.title(id),
    })
    const count = editor.selection.ids.size
    if (!editor.do({ do: 'replace', document })) return
    editor.selection.set([node])
    editor.look()
    editor.say(CANVAS_SAY.gathered(count))
  } catch (error) {
    const { message, fix } = plainError(error)
    editor.say(fix === undefined ? message : `${message} ${fix}`)
  }
}
