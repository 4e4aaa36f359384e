import type { Editor } from './state/editor.svelte.ts'
import { cutLinks } from './rete/cut-wires.ts'
import { linksToOthers } from './state/rewiring.ts'
import { toggleBypass, toggleCollapsed } from './state/flags.ts'

/** True while the person types into a control: then letters belong to it. */
export function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, select, textarea, [contenteditable], dialog') !== null
}

export interface KeyCommands {
  readonly open: () => void
  readonly save: () => void
  readonly addNode: () => void
  readonly escape: () => void
  readonly help: () => void
}

/** What can be done with keys and gestures, as the help shows it. */
export const SHORTCUTS: readonly (readonly [keys: string, what: string])[] = [
  ['Space, double-click, right-click', 'Add a node'],
  ['Drag from a socket', 'Draw a wire; into empty space: choose a node that fits'],
  ['Click a socket, then another', 'Draw a wire without dragging'],
  ['Drag a wire off its input', 'Move or remove it'],
  ['Shift-drag', 'Select with a box'],
  ['Shift-click', 'Select one more, or one fewer'],
  ['Ctrl+A', 'Select all'],
  ['Ctrl+C, Ctrl+X, Ctrl+V', 'Copy, cut, paste: also into another window'],
  ['Ctrl+D', 'Duplicate with the wires into it'],
  ['Delete', 'Delete what is selected; wires through it are healed where they fit'],
  ['Ctrl+Delete', 'Delete without healing'],
  ['Drag a node onto a wire', 'Put it in between, when nothing is connected to it'],
  ['Ctrl and right-drag', 'Cut the wires that the line crosses'],
  ['X', 'Cut the wires of the selected nodes to others'],
  ['B, M', 'Bypass the selected nodes, or use them again'],
  ['H', 'Collapse the selected nodes, or open them'],
  ['Ctrl+Z, Ctrl+Shift+Z', 'Undo, redo'],
  ['Arrow keys', 'Move the focused node; with Shift further'],
  ['Tab, Enter on sockets', 'Connect without a mouse'],
  ['F, Home', 'Show the selection, show everything'],
  ['+, −, wheel, pinch', 'Zoom'],
  ['Drag on a number', 'Change it; with Shift finely, with Ctrl in steps'],
  ['Click a number', 'Type it, or a sum such as 768/2; empty is the default, as is a double-click on its name'],
  ['Ctrl+Shift-click', 'Show a node in the viewer, whatever is selected'],
  ['1 to 9, Shift+1 to 9', 'Show the node of that key; give the key the node that is shown'],
  ['Arrow keys in the viewer', 'Read the values at a pixel; with Shift further'],
  ['P, W, D, B, U in the viewer', 'Pin as B; wipe, difference, blink; take B away'],
  ['+, −, 0, F in the viewer', 'Zoom, fit, full screen'],
  ['Ctrl+Enter', 'Run'],
  ['Ctrl+S, Ctrl+O', 'Save, open'],
  ['Escape', 'Drop the wire, clear the selection'],
]

/** Handles one key press anywhere on the page. */
export function handleKey(event: KeyboardEvent, editor: Editor, commands: KeyCommands): void {
  const key = event.key.toLowerCase()
  const act = (action: () => void) => {
    event.preventDefault()
    action()
  }
  if (event.ctrlKey || event.metaKey) {
    if (key === 's') return act(commands.save)
    if (key === 'o') return act(commands.open)
    if (key === 'enter') return act(() => editor.start())
    if (typing(event.target)) return
    if (key === 'z') return act(() => (event.shiftKey ? editor.redo() : editor.undo()))
    if (key === 'y') return act(() => editor.redo())
    if (key === 'b') return act(() => toggleBypass(editor))
    if (key === 'delete' || key === 'backspace') return act(() => editor.removeSelected(false))
    if (key === 'd') return act(() => editor.duplicateSelected())
    if (key === 'a') return act(() => editor.selection.set(editor.store.document.nodes.map(({ id }) => id)))
    return
  }
  if (key === 'escape') return commands.escape()
  if (typing(event.target) || event.altKey) return
  const onNode = event.target instanceof HTMLElement && event.target.matches('[data-node]')
  const onCanvas = event.target === document.body || onNode || (event.target as HTMLElement).id === 'canvas'
  if (key === 'delete' || key === 'backspace') return act(() => editor.removeSelected())
  if (key === 'b' || key === 'm') return act(() => toggleBypass(editor))
  if (key === 'x') return act(() => cutLinks(editor, linksToOthers(editor.store.document, editor.selection.ids)))
  if (key === 'h') return act(() => toggleCollapsed(editor))
  if (key === 'f') return act(() => editor.canvas?.fitSelection())
  if (key === 'home') return act(() => editor.canvas?.fit())
  if (key === '?') return act(commands.help)
  if (onCanvas && (key === '+' || key === '=')) return act(() => editor.canvas?.zoomBy(1.25))
  if (onCanvas && key === '-') return act(() => editor.canvas?.zoomBy(0.8))
  if (key === 'a' && event.shiftKey) return act(commands.addNode)
  // Tab and Space keep their meaning on buttons, and Tab on a node goes to the next one.
  if (key === ' ' && onCanvas) return act(commands.addNode)
  if (key === 'tab' && event.target instanceof HTMLElement && event.target.id === 'canvas' && !event.shiftKey) {
    if (event.target.querySelector('[data-node]') === null) act(commands.addNode)
  }
}
