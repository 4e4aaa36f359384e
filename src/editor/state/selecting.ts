import type { Rectangle } from '../../graph/document.ts'
import type { Editor } from './editor.svelte.ts'
import { marksOf } from './marks.ts'
import { encloses, meets } from './rectangles.ts'

export function selectAll(editor: Editor): void {
  const { document } = editor.store
  editor.selection.set(
    document.nodes.map(({ id }) => id),
    marksOf(document).map(({ key }) => key),
  )
}

/** Adds what a box on the canvas meets; a frame only as a whole: a box drawn in one means what is in it. */
export function selectIn(editor: Editor, area: Rectangle): void {
  const { document } = editor.store
  const nodes = document.nodes.filter(({ id }) => {
    const box = editor.geometry.box(id)
    return box !== undefined && meets(area, box)
  })
  const marks = marksOf(document).filter(({ kind, box }) => (kind === 'frame' ? encloses(area, box) : meets(area, box)))
  editor.selection.add(
    nodes.map(({ id }) => id),
    marks.map(({ key }) => key),
  )
  editor.look()
}
