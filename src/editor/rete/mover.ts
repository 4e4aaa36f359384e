import type { Command } from '../../graph/commands.ts'
import type { Point, Rectangle } from '../../graph/document.ts'
import type { Editor } from '../state/editor.svelte.ts'
import { marksOf, type MarkKey } from '../state/marks.ts'
import { moveCommand, movingWith, wayMoved, type Moving } from '../state/moving.ts'
import { hull, meets, shifted } from '../state/rectangles.ts'
import { snap } from '../state/snapping.ts'
import { follow, isMain } from './press.ts'

/** Pixels of the window from which things come to lie in line. */
const REACH = 6

export interface MoveEvents {
  /** What is moved is elsewhere now. */
  moved?(): void
  /** Let go of elsewhere: more that belongs to the same step. */
  dropped?(): Command | undefined
  /** The step was made. */
  done?(): void
  /** Let go of where it was pressed. */
  clicked?(): void
  /** Whatever happened, it is over. */
  ended?(): void
}

/** Moves what is selected, or points of wires, with the pointer. */
export interface Mover {
  /** From a press on something that is selected by now. */
  selected(start: PointerEvent, events?: MoveEvents): void
  /** From a press on one point of a wire. */
  point(start: PointerEvent, wire: string, point: number): void
}

/**
 * A drag moves what is on the screen at once and the document with one command at its end. What is moved comes to lie in
 * line with what is seen around it or on the grid, unless Ctrl is held.
 */
export function mover(
  editor: Editor,
  canvas: { readonly zoom: () => number; readonly seen: () => Rectangle; place(node: string, at: Point): void },
): Mover {
  const { geometry, selection, store } = editor

  function show({ nodes, marks, points }: Moving, by: Point): void {
    for (const id of nodes) {
      const at = store.node(id)?.position
      if (at) canvas.place(id, { x: at.x + by.x, y: at.y + by.y })
    }
    for (const { key, box } of marksOf(store.document)) if (marks.has(key)) geometry.boxes.set(key, shifted(box, by))
    for (const [wire, which] of points) {
      const link = store.link(wire)
      if (link) geometry.ways.set(wire, wayMoved(link, which, by))
    }
  }

  /** After the document has it, or when it was given up. */
  function settle({ marks, points }: Moving): void {
    for (const key of marks) geometry.boxes.delete(key)
    for (const wire of points.keys()) geometry.ways.delete(wire)
    geometry.guides = []
  }

  function run(start: PointerEvent, what: () => Moving, events: MoveEvents): void {
    let moving: Moving | undefined
    let box: Rectangle | undefined
    let others: readonly Rectangle[] = []
    let by: Point = { x: 0, y: 0 }
    follow(start, {
      move(pixels, event) {
        if (!moving) {
          moving = what()
          box = hull(boxesOf(moving))
          others = around(moving)
        }
        const zoom = canvas.zoom()
        const wanted = { x: pixels.x / zoom, y: pixels.y / zoom }
        const free = event.ctrlKey || event.metaKey || !box
        const snapped = free || !box ? { by: wanted, guides: [] } : snap(box, wanted, others, REACH / zoom)
        by = snapped.by
        show(moving, by)
        geometry.guides = snapped.guides
        events.moved?.()
      },
      end(moved) {
        if (!moving || !moved) events.clicked?.()
        else {
          const parts = [moveCommand(store.document, moving, by), events.dropped?.()].filter(
            (part) => part !== undefined,
          )
          if (parts.length > 0 && editor.do(parts.length === 1 && parts[0] ? parts[0] : { do: 'all', commands: parts }))
            events.done?.()
          else show(moving, { x: 0, y: 0 })
          settle(moving)
        }
        events.ended?.()
      },
      cancel() {
        if (moving) {
          show(moving, { x: 0, y: 0 })
          settle(moving)
        }
        events.ended?.()
      },
    })
  }

  const boxesOf = ({ nodes, marks, points }: Moving): readonly Rectangle[] => [
    ...[...nodes].flatMap((id) => geometry.box(id) ?? []),
    ...marksOf(store.document).flatMap(({ key, box }) => (marks.has(key) ? [box] : [])),
    ...(nodes.size + marks.size > 0 ? [] : [...points].flatMap(([wire, which]) => pointBoxes(wire, which))),
  ]

  const pointBoxes = (wire: string, which: ReadonlySet<number>): readonly Rectangle[] =>
    (store.link(wire)?.via ?? []).flatMap(({ x, y }, i) => (which.has(i) ? [{ x, y, width: 0, height: 0 }] : []))

  /** What can be seen and stands still; a frame that holds what moves would pull it to its own edges. */
  function around({ nodes, marks }: Moving): readonly Rectangle[] {
    const seen = canvas.seen()
    const still = [
      ...store.document.nodes.flatMap(({ id }) => (nodes.has(id) ? [] : (geometry.box(id) ?? []))),
      ...marksOf(store.document).flatMap(({ key, box }) => (marks.has(key) ? [] : [box])),
    ]
    return still.filter((box) => meets(seen, box))
  }

  return {
    selected(start, events = {}) {
      if (isMain(start)) run(start, () => movingWith(store.document, geometry, selection), events)
    },
    point(start, wire, point) {
      const none = new Set<never>()
      if (isMain(start))
        run(
          start,
          () => ({ nodes: none, marks: none as ReadonlySet<MarkKey>, points: new Map([[wire, new Set([point])]]) }),
          {},
        )
    },
  }
}
