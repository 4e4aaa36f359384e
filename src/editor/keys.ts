import type { Action, PageCommands } from './action.ts'
import { ACTIONS, unable } from './actions.ts'
import type { Editor } from './state/editor.svelte.ts'

/** True while the person types into a control: then letters belong to it. So does Escape to what is open over the page. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.closest('input, select, textarea, [contenteditable], dialog') !== null ||
    // What had the focus in it may be gone.
    document.querySelector('dialog:modal') !== null
  )
}

const NAMES: Readonly<Record<string, string>> = { ' ': 'space', '=': '+' }

/** Whether an event is the key that is written so: `Ctrl+Shift+Z`, `Delete`, `+`. Shift counts for letters only. */
export function pressed(
  written: string,
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey'>,
): boolean {
  const parts = written.toLowerCase().split(/\+(?=.)/)
  const key = parts.at(-1) ?? ''
  const typed = event.key.toLowerCase()
  if ((NAMES[typed] ?? typed) !== key) return false
  // Which signs need Shift depends on the keyboard; Shift with another key without a meaning of its own changes nothing.
  const letter = /^[a-z]$/.test(key)
  const shift = !letter || parts.includes('shift') === event.shiftKey
  return shift && parts.includes('ctrl') === (event.ctrlKey || event.metaKey)
}

/** The action that a key means where it was pressed. */
function meant(event: KeyboardEvent): Action | undefined {
  if (event.altKey) return undefined
  const { target } = event
  const types = typing(target)
  const onCanvas =
    target === document.body || (target instanceof HTMLElement && target.matches('[data-node], [data-mark], #canvas'))
  const inViewer = target instanceof HTMLElement && target.matches('[data-stage]')
  const ofViewer = inViewer && ACTIONS.find(({ viewerKeys }) => viewerKeys?.some((key) => pressed(key, event)))
  if (ofViewer) return ofViewer
  // Tab on a node goes to the next one; on a canvas without nodes there is none.
  if (event.key === 'Tab' && onCanvas && !event.shiftKey && document.querySelector('#canvas [data-node]') === null) {
    return target === document.body ? undefined : ACTIONS.find(({ canvasKeys }) => canvasKeys?.includes('Space'))
  }
  return ACTIONS.find(({ keys = [], canvasKeys = [], everywhere, browser }) => {
    if (browser || (types && !everywhere)) return false
    return [...keys, ...(onCanvas ? canvasKeys : [])].some((key) => pressed(key, event))
  })
}

/** Handles one key press anywhere on the page. */
export function handleKey(event: KeyboardEvent, editor: Editor, page: PageCommands): void {
  if (event.defaultPrevented) return
  const action = meant(event)
  if (action === undefined) return
  event.preventDefault()
  const why = unable(action, editor)
  if (why === undefined) action.run(editor, page)
  else editor.say(why)
}
