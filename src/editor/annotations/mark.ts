import type { CanvasLink } from '../rete/context.ts'
import { adds } from '../rete/drag-nodes.ts'
import { isMain } from '../rete/press.ts'
import { change } from '../state/annotating.ts'
import type { Editor } from '../state/editor.svelte.ts'
import { marksOf, type MarkKey } from '../state/marks.ts'
import { moveCommand, movingWith } from '../state/moving.ts'
import { resized } from './resize.ts'

const STEP = { plain: 8, shift: 40 }

/**
 * What a frame and a note have in common: pressed they are selected and dragged, focused they are selected; arrow keys move
 * them (with Ctrl: their lower right corner), Enter edits their text.
 */
export function mark(editor: Editor, canvas: CanvasLink, key: () => MarkKey): (element: HTMLElement) => () => void {
  const { selection, store } = editor

  return (element) => {
    const inText = (event: Event) => event.target instanceof HTMLElement && event.target.matches('input, textarea')

    const down = (event: PointerEvent) => {
      if (!isMain(event)) return
      event.stopPropagation()
      if (inText(event)) return
      const adding = adds(event, editor)
      const was = selection.hasMark(key())
      if (adding) selection.toggleMark(key())
      else if (!was) selection.set([], [key()])
      if (!(adding && was))
        canvas.mover.selected(event, { clicked: () => was && !adding && selection.set([], [key()]) })
    }
    const focus = (event: FocusEvent) => {
      if (event.target === element && !selection.hasMark(key()) && !element.matches(':active'))
        selection.set([], [key()])
    }
    const press = (event: KeyboardEvent) => {
      if (event.target !== element) return
      if (event.key === 'Enter' || event.key === 'F2') {
        if (event.ctrlKey || event.metaKey) return
        selection.editing = key()
      } else {
        const step = event.shiftKey ? STEP.shift : STEP.plain
        const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[
          event.key
        ]
        if (!by) return
        const [x = 0, y = 0] = by
        if (event.ctrlKey || event.metaKey) {
          const box = marksOf(store.document).find((one) => one.key === key())?.box
          if (box) change(editor, key(), { box: resized(box, { x, y }) }, `size-${key()}`)
        } else {
          const command = moveCommand(store.document, movingWith(store.document, editor.geometry, selection), { x, y })
          if (command) editor.do(command, `arrow-${[...selection.ids, ...selection.marks].join(' ')}`)
        }
      }
      event.preventDefault()
      event.stopPropagation()
    }
    element.addEventListener('pointerdown', down)
    element.addEventListener('focusin', focus)
    element.addEventListener('keydown', press)
    return () => {
      element.removeEventListener('pointerdown', down)
      element.removeEventListener('focusin', focus)
      element.removeEventListener('keydown', press)
    }
  }
}
