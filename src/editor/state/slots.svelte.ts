import { SvelteMap } from 'svelte/reactivity'
import type { Editor } from './editor.svelte.ts'
import { shownSocket } from './viewing.svelte.ts'
import { SAY_VIEWER } from '../viewer/text.ts'

/** Shows a node whatever is selected, and computes it first where that is needed. */
export function lookAt(editor: Editor, id: string): void {
  const { run } = editor
  const type = run.catalogue.get(editor.store.node(id)?.type ?? '')
  if (!type || shownSocket(type) === undefined) return editor.say(SAY_VIEWER.nothingToView(editor.title(id)))
  editor.view(id)
  editor.say(SAY_VIEWER.viewed(editor.title(id)))
  if (run.nodes.get(id)?.phase === 'stale' && !run.running) editor.runs.start([id])
}

/** Keys 1 to 9 bring nodes to the viewer: Shift with one gives it the node that is viewed. */
export class Slots {
  readonly nodes = new SvelteMap<number, string>()

  constructor(readonly editor: Editor) {}

  /** True when the key was one of them. */
  key({ code, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1]
    if (digit === undefined || ctrlKey || metaKey || altKey) return false
    if (shiftKey) this.assign(Number(digit))
    else this.recall(Number(digit))
    return true
  }

  assign(slot: number): void {
    const { editor } = this
    const { node } = editor.viewing
    if (node === undefined) return
    this.nodes.set(slot, node)
    editor.say(SAY_VIEWER.slotGiven(slot, editor.title(node)))
  }

  recall(slot: number): void {
    const { editor } = this
    const node = this.nodes.get(slot)
    if (node === undefined || editor.store.node(node) === undefined) return editor.say(SAY_VIEWER.slotEmpty(slot))
    lookAt(editor, node)
  }
}
