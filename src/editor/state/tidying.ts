import { plainError } from '../../base/errors.ts'
import type { Command } from '../../graph/commands.ts'
import type { DocumentNote, GraphDocument, Point, Rectangle } from '../../graph/document.ts'
import { CANVAS_SAY } from '../canvas-text.ts'
import { FRAME_PADDING } from './annotating.ts'
import type { Editor } from './editor.svelte.ts'
import type { Geometry } from './geometry.svelte.ts'
import { layOut } from './layering.ts'
import { holds, hull, meets, middleOf, rounded, shifted } from './rectangles.ts'
import { GRID } from './snapping.ts'

const GAP = 16

/** Nodes from which it is said that it will take a while. */
const MANY = 300

/** Editors of which a layout is being worked out. */
const busy = new WeakSet<Editor>()

/**
 * Lays the selected nodes out in columns or, when it is fewer than two, all of them; one step. `work` finds the places; what
 * was wired, moved, added or removed meanwhile is left as it is, and nothing is done.
 */
export async function tidy(editor: Editor, work = layOut): Promise<void> {
  if (busy.has(editor)) return
  busy.add(editor)
  try {
    await layOutChosen(editor, work)
  } catch (error) {
    editor.trouble = plainError(error)
  } finally {
    busy.delete(editor)
  }
}

async function layOutChosen(editor: Editor, work: typeof layOut): Promise<void> {
  const { store, geometry, selection } = editor
  const begun = store.document
  const all = selection.ids.size < 2
  const ids = new Set(all ? begun.nodes.map(({ id }) => id) : selection.ids)
  const frames = framed(begun, geometry, ids)
  const nodes = [...ids].flatMap((id) => {
    const box = geometry.box(id)
    return box ? [{ ...box, id, group: frames.find((frame) => frame.nodes.includes(id))?.id }] : []
  })
  const among = begun.links.filter(({ from, to }) => ids.has(from.node) && ids.has(to.node))
  if (nodes.length > MANY) editor.say(CANVAS_SAY.tidying(nodes.length))
  const places = await work({ nodes, links: among.map(({ from, to }) => [from.node, to.node]) })
  const { document } = store
  if (!sameShape(begun, document)) return editor.say(CANVAS_SAY.tidiedTooLate)
  const laid = nodes.map((node) => ({ ...node, ...(places.get(node.id) ?? node) }))
  const [before, after] = [hull(nodes), hull(laid)]
  if (!before || !after) return editor.say(CANVAS_SAY.nothingToTidy)
  const onGrid = (value: number): number => Math.round(value / GRID) * GRID
  const boxes = new Map(
    laid.map((box) => [
      box.id,
      { ...box, x: onGrid(before.x + box.x - after.x), y: onGrid(before.y + box.y - after.y) },
    ]),
  )
  const commands: Command[] = [
    { do: 'moveNodes', positions: Object.fromEntries([...boxes].map(([id, { x, y }]) => [id, { x, y }])) },
    ...around(document, geometry, boxes, frames),
    // A way round what stood there leads nowhere now.
    ...among.flatMap(({ to, via }): Command[] => (via ? [{ do: 'setVia', to, via: [] }] : [])),
  ]
  if (!editor.do({ do: 'all', commands })) return
  editor.say(CANVAS_SAY.tidied(boxes.size))
  if (all) editor.canvas?.fit()
}

/** Parameters may have changed: nothing that a layout depends on has. */
const sameShape = (a: GraphDocument, b: GraphDocument): boolean =>
  a.links === b.links &&
  a.frames === b.frames &&
  a.notes === b.notes &&
  a.nodes.length === b.nodes.length &&
  a.nodes.every(({ id, position }, i) => b.nodes[i]?.id === id && b.nodes[i].position === position)

interface Framed {
  readonly id: string
  readonly box: Rectangle
  readonly nodes: readonly string[]
}

/** Frames that hold some of the nodes and no others, the innermost first; a node counts for one of them. */
function framed(document: GraphDocument, geometry: Geometry, ids: ReadonlySet<string>): readonly Framed[] {
  const taken = new Set<string>()
  return [...(document.frames ?? [])]
    .sort((a, b) => a.box.width * a.box.height - b.box.width * b.box.height)
    .flatMap(({ id, box }) => {
      const inside = document.nodes
        .map((node) => node.id)
        .filter((node) => {
          const lies = geometry.box(node)
          return lies !== undefined && holds(box, middleOf(lies)) && !taken.has(node)
        })
      if (inside.length === 0 || !inside.every((node) => ids.has(node))) return []
      for (const node of inside) taken.add(node)
      return [{ id, box, nodes: inside }]
    })
}

/** Frames are drawn around their nodes again; notes stay beside the node that they were nearest to. */
function around(
  document: GraphDocument,
  geometry: Geometry,
  boxes: ReadonlyMap<string, Rectangle>,
  held: readonly Framed[],
): readonly Command[] {
  const { frames = [], notes = [] } = document
  const commands: Command[] = []
  if (held.length > 0)
    commands.push({
      do: 'setFrames',
      frames: frames.map((frame) => {
        const inside = held.find(({ id }) => id === frame.id)?.nodes.flatMap((id) => boxes.get(id) ?? []) ?? []
        const box = hull(inside)
        return box ? { ...frame, box: rounded(padded(box)) } : frame
      }),
    })
  const placed: Rectangle[] = [...boxes.values()]
  const moved = notes.map((note): DocumentNote => {
    const by = shiftOf(note.box, geometry, boxes)
    if (!by) return note
    let box = shifted(note.box, by)
    for (;;) {
      const under = placed.find((other) => meets(other, box))
      if (!under) break
      box = { ...box, y: under.y + under.height + GAP }
    }
    placed.push(box)
    return { ...note, box: rounded(box) }
  })
  if (notes.length > 0) commands.push({ do: 'setNotes', notes: moved })
  return commands
}

const padded = ({ x, y, width, height }: Rectangle): Rectangle => ({
  x: x - FRAME_PADDING,
  y: y - FRAME_PADDING,
  width: width + 2 * FRAME_PADDING,
  height: height + 2 * FRAME_PADDING,
})

/** How the nearest node has moved; undefined where that one stays. */
function shiftOf(box: Rectangle, geometry: Geometry, boxes: ReadonlyMap<string, Rectangle>): Point | undefined {
  const here = middleOf(box)
  let nearest: { readonly id: string; readonly off: number } | undefined
  for (const id of geometry.nodes.keys()) {
    const at = geometry.box(id)
    if (!at) continue
    const there = middleOf(at)
    const off = Math.hypot(there.x - here.x, there.y - here.y)
    if (!nearest || off < nearest.off) nearest = { id, off }
  }
  const [before, after] = [geometry.box(nearest?.id ?? ''), boxes.get(nearest?.id ?? '')]
  return before && after && { x: after.x - before.x, y: after.y - before.y }
}
