import type { Command } from '../../graph/commands.ts'
import type { DocumentFrame, DocumentLink, DocumentNode, DocumentNote, GraphDocument } from '../../graph/document.ts'
import { freshId } from '../../graph/validate-parts.ts'
import type { NodeInfo } from '../../node/catalogue.ts'
import { defaultsOf } from '../../node/params.ts'
import type { Point } from './geometry.svelte.ts'

/** Of a node's card, and between what was there and what is put beside it. */
const NODE_WIDTH = 236
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

export interface Copies {
  readonly command: Command
  /** Ids of the new nodes. */
  readonly copies: readonly string[]
}

/** Copies of nodes, shifted, with the links among them and, as before, the links into them. */
export function duplicate(document: GraphDocument, ids: ReadonlySet<string>, by: Point): Copies {
  const nodes = document.nodes.filter(({ id }) => ids.has(id))
  return copiesOf(document, nodes, document.links, by)
}

/** The nodes with the links among them, as a document of their own. */
export function excerpt(document: GraphDocument, ids: ReadonlySet<string>): GraphDocument {
  const { format, schema, title } = document
  const links = document.links.filter(({ from, to }) => ids.has(from.node) && ids.has(to.node))
  return { format, schema, title, nodes: document.nodes.filter(({ id }) => ids.has(id)), links }
}

/** Adds everything of another document, with its top left node at a point, or beside what lies there. */
export function inserted(document: GraphDocument, given: GraphDocument, at: Point): Copies {
  const corner = topLeft(given)
  let { x, y } = { x: Math.round(at.x), y: Math.round(at.y) }
  const lies = () => document.nodes.some(({ position }) => position.x === x && position.y === y)
  for (; lies(); x += 32, y += 32);
  const by = { x: x - corner.x, y: y - corner.y }
  const { command, copies } = copiesOf(document, given.nodes, given.links, by)
  const commands: Command[] = [command]
  const { frames = [], notes = [] } = given
  if (frames.length > 0) commands.push({ do: 'setFrames', frames: added(document.frames, frames, by) })
  if (notes.length > 0) commands.push({ do: 'setNotes', notes: added(document.notes, notes, by) })
  return { command: { do: 'all', commands }, copies }
}

/** To the right of everything, level with the top. */
export function besides(document: GraphDocument): Point {
  const { nodes, frames = [], notes = [] } = document
  const rights = [
    ...nodes.map(({ position }) => position.x + NODE_WIDTH),
    ...[...frames, ...notes].map(({ box }) => box.x + box.width),
  ]
  return rights.length === 0 ? { x: 0, y: 0 } : { x: Math.max(...rights) + GAP, y: topLeft(document).y }
}

const topLeft = ({ nodes }: GraphDocument): Point =>
  nodes.length === 0
    ? { x: 0, y: 0 }
    : {
        x: Math.min(...nodes.map(({ position }) => position.x)),
        y: Math.min(...nodes.map(({ position }) => position.y)),
      }

/** Frames or notes, and moved ones under ids that are free. */
function added<T extends DocumentFrame | DocumentNote>(
  before: readonly T[] = [],
  given: readonly T[],
  by: Point,
): readonly T[] {
  const taken = new Set(before.map(({ id }) => id))
  const moved = given.map((item) => {
    const id = freshId(item.id, taken)
    taken.add(id)
    return { ...item, id, box: { ...item.box, x: item.box.x + by.x, y: item.box.y + by.y } }
  })
  return [...before, ...moved]
}

function copiesOf(
  document: GraphDocument,
  originals: readonly DocumentNode[],
  among: readonly DocumentLink[],
  by: Point,
): Copies {
  const taken = new Set(document.nodes.map(({ id }) => id))
  const names = new Map<string, string>()
  const nodes = originals.map((node): DocumentNode => {
    const id = freshId(node.id, taken)
    taken.add(id)
    names.set(node.id, id)
    return { ...node, id, position: { x: node.position.x + by.x, y: node.position.y + by.y } }
  })
  const links = among.flatMap(({ from, to }): DocumentLink[] => {
    const copy = names.get(to.node)
    if (copy === undefined) return []
    return [{ from: { ...from, node: names.get(from.node) ?? from.node }, to: { ...to, node: copy } }]
  })
  const commands: Command[] = nodes.map((node) => ({ do: 'addNode', node }))
  commands.push(...links.map((link): Command => ({ do: 'connect', link })))
  return { command: { do: 'all', commands }, copies: nodes.map(({ id }) => id) }
}
