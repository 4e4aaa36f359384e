import type { Point, Rectangle } from '../../graph/document.ts'
import { CANVAS_SAY } from '../canvas-text.ts'
import type { Editor } from './editor.svelte.ts'
import { hull } from './rectangles.ts'

export const ALIGNMENTS = ['left', 'centre', 'right', 'top', 'middle', 'bottom'] as const
export const AXES = ['x', 'y'] as const

export type Alignment = (typeof ALIGNMENTS)[number]

type Placed = Rectangle & { readonly id: string }

const selected = ({ selection, geometry }: Editor): readonly Placed[] =>
  [...selection.ids].flatMap((id) => {
    const box = geometry.box(id)
    return box ? [{ ...box, id }] : []
  })

function move(editor: Editor, boxes: readonly Placed[], to: (box: Placed) => Point): void {
  const places = boxes.map((box) => {
    const { x, y } = to(box)
    return [box.id, { x: Math.round(x), y: Math.round(y) }] as const
  })
  if (editor.do({ do: 'moveNodes', positions: Object.fromEntries(places) }))
    editor.say(CANVAS_SAY.aligned(boxes.length))
}

/** Puts the selected nodes in line by an edge or the middle of all. */
export function align(editor: Editor, how: Alignment): void {
  const boxes = selected(editor)
  const all = hull(boxes)
  if (!all || boxes.length < 2) return editor.say(CANVAS_SAY.selectMore(2))
  move(editor, boxes, ({ x, y, width, height }) => {
    switch (how) {
      case 'left':
        return { x: all.x, y }
      case 'centre':
        return { x: all.x + (all.width - width) / 2, y }
      case 'right':
        return { x: all.x + all.width - width, y }
      case 'top':
        return { x, y: all.y }
      case 'middle':
        return { x, y: all.y + (all.height - height) / 2 }
      case 'bottom':
        return { x, y: all.y + all.height - height }
    }
  })
}

/** Spreads the selected nodes between the outermost two, with gaps of one size. */
export function distribute(editor: Editor, axis: (typeof AXES)[number]): void {
  const length = axis === 'x' ? 'width' : 'height'
  const boxes = [...selected(editor)].sort((a, b) => a[axis] - b[axis])
  const [first, last] = [boxes[0], boxes.at(-1)]
  if (!first || !last || boxes.length < 3) return editor.say(CANVAS_SAY.selectMore(3))
  const taken = boxes.reduce((sum, box) => sum + box[length], 0)
  const gap = (last[axis] + last[length] - first[axis] - taken) / (boxes.length - 1)
  const starts = new Map<string, number>()
  let at = first[axis]
  for (const box of boxes) {
    starts.set(box.id, at)
    at += box[length] + gap
  }
  move(editor, boxes, (box) => ({ ...box, [axis]: starts.get(box.id) ?? box[axis] }))
}
