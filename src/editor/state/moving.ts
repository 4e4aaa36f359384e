import type { Command } from '../../graph/commands.ts'
import type { DocumentLink, GraphDocument, Point } from '../../graph/document.ts'
import type { Chosen } from './edits.ts'
import type { Geometry } from './geometry.svelte.ts'
import { marksOf, markKey, type MarkKey } from './marks.ts'
import { encloses, holds, middleOf, rounded, shifted } from './rectangles.ts'
import { wireId } from './wire-id.ts'

/** What a drag moves. */
export interface Moving {
  readonly nodes: ReadonlySet<string>
  readonly marks: ReadonlySet<MarkKey>
  /** Of each wire, which of its points. */
  readonly points: ReadonlyMap<string, ReadonlySet<number>>
}

/**
 * What moves when something is moved: what lies in a frame moves with it, and the points of a wire with both its ends.
 * A node or note lies in a frame by its middle, a frame as a whole.
 */
export function movingWith(document: GraphDocument, geometry: Geometry, { ids, marks }: Chosen): Moving {
  const all = marksOf(document)
  const frames = all.filter(({ key, kind }) => kind === 'frame' && marks.has(key)).map(({ box }) => box)
  const framed = (point: Point) => frames.some((box) => holds(box, point))
  const nodes = new Set(ids)
  for (const { id } of frames.length > 0 ? document.nodes : []) {
    const box = geometry.box(id)
    if (box && framed(middleOf(box))) nodes.add(id)
  }
  const withThem = all.filter(
    ({ key, kind, box }) =>
      marks.has(key) || (kind === 'note' ? framed(middleOf(box)) : frames.some((frame) => encloses(frame, box))),
  )
  const points = new Map<string, ReadonlySet<number>>()
  for (const link of document.links) {
    const whole = nodes.has(link.from.node) && nodes.has(link.to.node)
    const moved = (link.via ?? []).flatMap((point, i) => (whole || framed(point) ? [i] : []))
    if (moved.length > 0) points.set(wireId(link), new Set(moved))
  }
  return { nodes, marks: new Set(withThem.map(({ key }) => key)), points }
}

/** What is copied of a selection: all of it, and the frames that hold some of its nodes and no others. */
export function chosen(document: GraphDocument, geometry: Geometry, { ids, marks }: Chosen): Chosen {
  const around = (document.frames ?? []).filter(({ box }) => {
    const inside = document.nodes.filter((node) => {
      const lies = geometry.box(node.id)
      return lies !== undefined && holds(box, middleOf(lies))
    })
    return inside.length > 0 && inside.every((node) => ids.has(node.id))
  })
  return { ids, marks: new Set([...marks, ...around.map(({ id }) => markKey('frame', id))]) }
}

/** The points of a wire after some of them have moved. */
export const wayMoved = (link: DocumentLink, points: ReadonlySet<number>, { x, y }: Point): readonly Point[] =>
  (link.via ?? []).map((point, i) => (points.has(i) ? { x: point.x + x, y: point.y + y } : point))

/** The move as one step; undefined where nothing would be elsewhere. Places are whole numbers afterwards. */
export function moveCommand(document: GraphDocument, { nodes, marks, points }: Moving, by: Point): Command | undefined {
  if (Math.abs(by.x) < 0.5 && Math.abs(by.y) < 0.5) return undefined
  const whole = ({ x, y }: Point): Point => ({ x: Math.round(x + by.x), y: Math.round(y + by.y) })
  const moved = document.nodes.filter(({ id }) => nodes.has(id))
  const commands: Command[] = []
  if (moved.length > 0)
    commands.push({
      do: 'moveNodes',
      positions: Object.fromEntries(moved.map(({ id, position }) => [id, whole(position)])),
    })
  const { frames = [], notes = [] } = document
  const shift = <T extends { readonly id: string; readonly box: Parameters<typeof shifted>[0] }>(
    kind: 'frame' | 'note',
    list: readonly T[],
  ): readonly T[] =>
    list.map((item) => (marks.has(markKey(kind, item.id)) ? { ...item, box: rounded(shifted(item.box, by)) } : item))
  if (frames.some(({ id }) => marks.has(markKey('frame', id))))
    commands.push({ do: 'setFrames', frames: shift('frame', frames) })
  if (notes.some(({ id }) => marks.has(markKey('note', id))))
    commands.push({ do: 'setNotes', notes: shift('note', notes) })
  for (const link of document.links) {
    const which = points.get(wireId(link))
    if (which) commands.push({ do: 'setVia', to: link.to, via: wayMoved(link, which, by).map(roundedPoint) })
  }
  return commands.length === 0 ? undefined : commands.length === 1 ? commands[0] : { do: 'all', commands }
}

const roundedPoint = ({ x, y }: Point): Point => ({ x: Math.round(x), y: Math.round(y) })
