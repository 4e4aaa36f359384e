import type { Command } from '../../graph/commands.ts'
import type { DocumentLink, DocumentNode, GraphDocument } from '../../graph/document.ts'
import { freshId } from '../../graph/validate-parts.ts'
import type { NodeInfo } from '../../node/catalogue.ts'
import { defaultsOf } from '../../node/params.ts'
import type { Point } from './geometry.svelte.ts'

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

/** Adds all nodes and links of another document, with its top left corner at a point, or beside what lies there. */
export function inserted(document: GraphDocument, given: GraphDocument, at: Point): Copies {
  const left = Math.min(...given.nodes.map(({ position }) => position.x))
  const top = Math.min(...given.nodes.map(({ position }) => position.y))
  let { x, y } = { x: Math.round(at.x), y: Math.round(at.y) }
  const lies = () => document.nodes.some(({ position }) => position.x === x && position.y === y)
  for (; lies(); x += 32, y += 32);
  return copiesOf(document, given.nodes, given.links, { x: x - left, y: y - top })
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
