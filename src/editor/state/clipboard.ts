import { plainError } from '../../base/errors.ts'
import { serialize } from '../../graph/serialize.ts'
import { SAY } from '../text.ts'
import { excerpt, inserted } from './edits.ts'
import type { Editor } from './editor.svelte.ts'
import { counted, marksOf } from './marks.ts'
import { chosen } from './moving.ts'

/** What is selected as the text of a preset, to be pasted here, in another page, or sent to someone. */
export function copied(editor: Editor): string | undefined {
  if (editor.selection.size === 0) return undefined
  const what = chosen(editor.store.document, editor.geometry, editor.selection)
  editor.say(SAY.copied(counted(what.ids, what.marks)))
  return serialize(excerpt(editor.store.document, what))
}

/** Copies what is selected without an event of the browser's own. False where it forbids that: Ctrl+C still works. */
export async function copySelection(editor: Editor): Promise<boolean> {
  const text = copied(editor)
  if (text === undefined) return false
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    editor.say(SAY.notCopied)
    return false
  }
}

/** Pastes a graph without an event of the browser's own. */
export async function pasteHere(editor: Editor): Promise<void> {
  try {
    await pasteText(editor, await navigator.clipboard.readText())
  } catch {
    editor.say(SAY.notPasted)
  }
}

/** Adds everything of a preset's text to the document, where the pointer is. */
export async function pasteGraph(editor: Editor, text: string): Promise<void> {
  try {
    const { document, problems } = await editor.read(text)
    if (document.nodes.length + marksOf(document).length === 0) return editor.say(SAY.nothingToPaste)
    const at = editor.canvas?.pointed() ?? { x: 0, y: 0 }
    editor.addAll(inserted(editor.store.document, document, at), SAY.pasted)
    editor.problems = problems
    editor.trouble = undefined
  } catch (error) {
    editor.trouble = plainError(error)
  }
}

/** Pastes the text of a graph; any other text is none of ours. */
export async function pasteText(editor: Editor, text: string): Promise<void> {
  if (!text.trim().startsWith('{')) return editor.say(SAY.nothingToPaste)
  // What is pasted is selected, and so must be seen.
  editor.form.show(false)
  await pasteGraph(editor, text.trim())
}
