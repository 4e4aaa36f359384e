import { SAY } from '../text.ts'
import type { Editor } from './editor.svelte.ts'

/** Copies what is selected without an event of the browser's own. False where it forbids that: Ctrl+C still works. */
export async function copySelection(editor: Editor): Promise<boolean> {
  const text = editor.copySelected()
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

/** Pastes the text of a graph; any other text is none of ours. */
export async function pasteText(editor: Editor, text: string): Promise<void> {
  if (text.trim().startsWith('{')) await editor.paste(text.trim())
  else editor.say(SAY.nothingToPaste)
}
