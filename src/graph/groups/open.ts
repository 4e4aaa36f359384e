import type { DocumentLink, DocumentNode, GraphDocument, Point, Rectangle, SocketRef } from '../document.ts'
import { freshId } from '../validate-parts.ts'
import { definitionOf, partsOf } from './flatten.ts'
import { withoutUnused, withSeeds } from './used.ts'

export interface Opened {
  readonly document: GraphDocument
  /** Ids of the parts. */
  readonly nodes: readonly string[]
}

/** How far left of a node others are still in its column, in canvas units. */
const COLUMN = 240

/**
 * A document with a group's parts in its place: the same wires, parameters, stars and results. What lies to the right of it or
 * below it makes room. Undefined where the node is no group.
 */
export function opened(document: GraphDocument, id: string): Opened | undefined {
  const node = document.nodes.find((candidate) => candidate.id === id)
  const group = node && definitionOf(node, document)
  if (node === undefined || group === undefined) return undefined
  const corner = topLeft(group.nodes.map(({ position }) => position))
  const by = { x: node.position.x - corner.x, y: node.position.y - corner.y }
  const moved = (point: Point): Point => ({ x: point.x + by.x, y: point.y + by.y })
  const names = partNames(document, node, group.nodes)
  const renamed = (ref: SocketRef): SocketRef => ({ ...ref, node: names.get(ref.node) ?? ref.node })
  const isOpen = (part: string, param: string): boolean =>
    group.params.some((shown) => shown.node === part && shown.param === param && node.openSeeds?.includes(shown.name))
  const parts = partsOf(node, group).map(({ openSeeds = [], ...part }): DocumentNode => ({
    ...withSeeds(part, [...openSeeds, ...Object.keys(part.params).filter((param) => isOpen(part.id, param))]),
    id: names.get(part.id) ?? part.id,
    position: moved(part.position),
    ...(node.bypass && { bypass: true }),
  }))
  const inner = group.links.map(({ from, to, via }): DocumentLink => ({
    from: renamed(from),
    to: renamed(to),
    ...(via && { via: via.map(moved) }),
  }))
  const outputs = new Map(group.outputs.map(({ name, from }) => [name, renamed(from)]))
  const inputs = new Map(group.inputs.map(({ name, to }) => [name, to.map(renamed)]))
  const params = new Map(group.params.map(({ name, node: of, param }) => [name, { node: names.get(of) ?? of, param }]))
  const { room, roomFor } = roomIn(node.position, corner, group.nodes)
  const nodes = document.nodes.flatMap((other) =>
    other === node ? parts : [{ ...other, position: room(other.position) }],
  )
  const links = document.links.flatMap(({ from, to, via }): readonly DocumentLink[] => {
    const source = from.node === id ? outputs.get(from.socket) : from
    const targets = to.node === id ? (inputs.get(to.socket) ?? []) : [to]
    if (source === undefined) return []
    const kept = source === from && targets[0] === to ? via?.map(room) : undefined
    return targets.map((target) => ({ from: source, to: target, ...(kept && { via: kept }) }))
  })
  const form = document.form?.flatMap((entry) => {
    const of = params.get(entry.param)
    return entry.node !== id ? [entry] : of ? [{ ...entry, ...of }] : []
  })
  const boxed = <T extends { readonly box: Rectangle }>(marks: readonly T[]) =>
    marks.map((mark) => ({ ...mark, box: roomFor(mark.box) }))
  const { form: _, ...others } = document
  const after = {
    ...others,
    nodes,
    links: [...links, ...inner],
    ...(document.frames && { frames: boxed(document.frames) }),
    ...(document.notes && { notes: boxed(document.notes) }),
    ...(form && form.length > 0 && { form }),
  }
  return { document: withoutUnused(after, document.groups ?? []), nodes: parts.map((part) => part.id) }
}

function partNames(
  document: GraphDocument,
  node: DocumentNode,
  parts: readonly DocumentNode[],
): ReadonlyMap<string, string> {
  const taken = new Set(document.nodes.filter((other) => other !== node).map(({ id }) => id))
  return new Map(
    parts.map(({ id }) => {
      const fresh = freshId(id, taken)
      taken.add(fresh)
      return [id, fresh]
    }),
  )
}

/** Moves what lies right of the node, or below it, by what its parts are wider and higher. */
function roomIn(at: Point, corner: Point, parts: readonly DocumentNode[]) {
  const wider = Math.max(...parts.map(({ position }) => position.x)) - corner.x
  const higher = Math.max(...parts.map(({ position }) => position.y)) - corner.y
  const room = ({ x, y }: Point): Point => {
    if (x > at.x) return { x: x + wider, y }
    return x > at.x - COLUMN && y > at.y ? { x, y: y + higher } : { x, y }
  }
  return { room, roomFor: (box: Rectangle): Rectangle => ({ ...box, ...room(box) }) }
}

const topLeft = (places: readonly Point[]): Point => ({
  x: Math.min(...places.map(({ x }) => x)),
  y: Math.min(...places.map(({ y }) => y)),
})
