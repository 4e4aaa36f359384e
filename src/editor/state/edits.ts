import type { Command } from '../../graph/commands.ts'
import type { DocumentFrame, DocumentLink, DocumentNode, DocumentNote, GraphDocument } from '../../graph/document.ts'
import { groupsOf, joinedGroups } from '../../graph/groups/used.ts'
import { LIMITS } from '../../graph/limits.ts'
import { freshId } from '../../graph/validate-parts.ts'
import type { NodeInfo } from '../../node/catalogue.ts'
import { defaultsOf } from '../../node/params.ts'
import { NODE_WIDTH, type Point } from './geometry.svelte.ts'
import { markKey, marksOf, type MarkKey } from './marks.ts'
import { shifted } from './rectangles.ts'

/** Between what was there and what is put beside it. */
const GAP = 120

/** A node as it is added: default parameters, an id that is free and can be read. */
export function newNode(document: GraphDocument, type: NodeInfo, position: Point): DocumentNode {
  const taken = new Set(document.nodes.map(({ id }) => id))
  const name = type.type.split('/').at(-1) ?? 'node'
  return {
    id: freshId(name.slice(0, 34), taken),
    type: type.type,
    version: type.version,
    params: defaultsOf(type.params),
    position: { x: Math.round(position.x), y: Math.round(position.y) },
  }
}

/** Some of the nodes, frames and notes of a document. */
export interface Chosen {
  readonly ids: ReadonlySet<string>
  readonly marks: ReadonlySet<MarkKey>
}

/** What is put into a document, all at once. */
export interface Added {
  readonly command: Command
  /** Ids of the new nodes. */
  readonly nodes: readonly string[]
  /** Keys of the new frames and notes. */
  readonly marks: readonly MarkKey[]
}

/** Copies, shifted, with the links among the nodes and, unless told otherwise, the links into them. */
export function duplicate(document: GraphDocument, chosen: Chosen, by: Point, fed = true): Added {
  const taken = excerpt(document, chosen)
  return copiesOf(document, fed ? { ...taken, links: document.links } : taken, by)
}

/** What was chosen with the links among it, as a document of its own. */
export function excerpt(document: GraphDocument, { ids, marks }: Chosen): GraphDocument {
  const { format, schema, title } = document
  const links = document.links.filter(({ from, to }) => ids.has(from.node) && ids.has(to.node))
  const frames = document.frames?.filter(({ id }) => marks.has(markKey('frame', id))) ?? []
  const notes = document.notes?.filter(({ id }) => marks.has(markKey('note', id))) ?? []
  const nodes = document.nodes.filter(({ id }) => ids.has(id))
  const groups = groupsOf(document, nodes)
  return {
    format,
    schema,
    title,
    nodes,
    links,
    ...(frames.length > 0 && { frames }),
    ...(notes.length > 0 && { notes }),
    ...(groups.length > 0 && { groups }),
  }
}

/** Adds everything of another document, with its top left node at a point, or beside what lies there. */
export function inserted(document: GraphDocument, given: GraphDocument, at: Point): Added {
  const corner = topLeft(given)
  let { x, y } = { x: Math.round(at.x), y: Math.round(at.y) }
  const taken = [...document.nodes.map(({ position }) => position), ...marksOf(document).map(({ box }) => box)]
  const lies = () => taken.some((other) => other.x === x && other.y === y)
  for (; lies(); x += 32, y += 32);
  return copiesOf(document, given, { x: x - corner.x, y: y - corner.y })
}

/** To the right of everything, level with the top. */
export function besides(document: GraphDocument): Point {
  const rights = [
    ...document.nodes.map(({ position }) => position.x + NODE_WIDTH),
    ...marksOf(document).map(({ box }) => box.x + box.width),
  ]
  return rights.length === 0 ? { x: 0, y: 0 } : { x: Math.max(...rights) + GAP, y: topLeft(document).y }
}

/** Of the nodes; without any, of frames and notes. */
function topLeft(document: GraphDocument): Point {
  const nodes = document.nodes.map(({ position }) => position)
  const places = nodes.length > 0 ? nodes : marksOf(document).map(({ box }) => box)
  if (places.length === 0) return { x: 0, y: 0 }
  return { x: Math.min(...places.map(({ x }) => x)), y: Math.min(...places.map(({ y }) => y)) }
}

/** Copies of all that is in `given`, stars included; of its links, those that end at a copy. */
function copiesOf(document: GraphDocument, given: GraphDocument, by: Point): Added {
  const names = freshIds(document.nodes, given.nodes)
  const moved = ({ x, y }: Point): Point => ({ x: x + by.x, y: y + by.y })
  const { groups, typeOf } = joinedGroups(document.groups ?? [], groupsOf(given, given.nodes))
  const nodes = given.nodes.map((node): DocumentNode => ({
    ...node,
    id: names.get(node.id) ?? node.id,
    type: typeOf(node.type),
    position: moved(node.position),
  }))
  const links = given.links.flatMap(({ from, to, via }): DocumentLink[] => {
    const copy = names.get(to.node)
    const source = names.get(from.node)
    if (copy === undefined) return []
    const link = { from: { ...from, node: source ?? from.node }, to: { ...to, node: copy } }
    return [source !== undefined && via ? { ...link, via: via.map(moved) } : link]
  })
  const copied = <T extends DocumentFrame | DocumentNote>(before: readonly T[], added: readonly T[]): readonly T[] => {
    const fresh = freshIds(before, added)
    return added.map((item) => ({ ...item, id: fresh.get(item.id) ?? item.id, box: shifted(item.box, by) }))
  }
  const frames = copied(document.frames ?? [], given.frames ?? [])
  const notes = copied(document.notes ?? [], given.notes ?? [])
  const before = document.form ?? []
  const form = (given.form ?? []).map((entry) => ({ ...entry, node: names.get(entry.node) ?? entry.node }))
  const room = Math.max(0, LIMITS.form - before.length)
  const commands: Command[] = nodes.map((node) => ({ do: 'addNode', node }))
  if (groups.length > (document.groups?.length ?? 0)) commands.unshift({ do: 'setGroups', groups })
  commands.push(...links.map((link): Command => ({ do: 'connect', link })))
  if (frames.length > 0) commands.push({ do: 'setFrames', frames: [...(document.frames ?? []), ...frames] })
  if (notes.length > 0) commands.push({ do: 'setNotes', notes: [...(document.notes ?? []), ...notes] })
  if (form.length > 0) commands.push({ do: 'setForm', form: [...before, ...form.slice(0, room)] })
  return {
    command: { do: 'all', commands },
    nodes: nodes.map(({ id }) => id),
    marks: marksOf({ frames, notes }).map(({ key }) => key),
  }
}

interface Named {
  readonly id: string
}

/** New ids for what is added to a list. */
function freshIds(before: readonly Named[], added: readonly Named[]): ReadonlyMap<string, string> {
  const taken = new Set(before.map(({ id }) => id))
  const names = new Map<string, string>()
  for (const { id } of added) {
    const fresh = freshId(id, taken)
    taken.add(fresh)
    names.set(id, fresh)
  }
  return names
}
