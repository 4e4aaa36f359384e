import type { Editor } from './editor.svelte.ts'

/** Selects a node, brings it into view and gives it the focus. */
export function goTo(editor: Editor, id: string): void {
  editor.form.show(false)
  editor.selection.set([id])
  editor.look()
  editor.canvas?.show(id)
  const card = document.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`)
  card?.focus({ preventScroll: true })
}
