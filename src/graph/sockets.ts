import type { PortKind } from '../node/values.ts'
import type { InputPort } from '../node/ports.ts'
import type { DocumentLink, DocumentNode, GraphDocument, SocketRef } from './document.ts'
import { flatten, type Flat } from './groups/flatten.ts'
import { typeOf, type NodeTypes } from './node-types.ts'
import { passThrough } from './pass-through.ts'
import { closesCycle, incoming, order } from './topology.ts'

/** The kinds an output may have: one, or several while the input it follows is open. Undefined: not known here. */
export type Kinds = readonly PortKind[] | undefined

/** What is known of the outputs of a document: resolved kinds and which of them carry an ensemble. */
export interface Sockets {
  kinds(output: SocketRef): Kinds
  /** True when the output carries one value per ensemble member. */
  ensemble(output: SocketRef): boolean
}

/** Resolves all outputs in one walk, those of groups as their parts have them. Nodes on a cycle have unknown kinds. */
export const sockets = (graph: Graph, types: NodeTypes): Sockets => socketsOf(flatten(graph), types)

type Graph = Pick<GraphDocument, 'nodes' | 'links' | 'groups'>

function socketsOf({ document, output }: Flat<Graph>, types: NodeTypes): Sockets {
  const nodes = new Map(document.nodes.map((node) => [node.id, node]))
  const before = incoming(document.links)
  const resolved = new Map<string, NodeSockets>()
  const of = (ref: SocketRef): NodeSockets | undefined => resolved.get(output(ref)?.node ?? '')
  const kinds = (ref: SocketRef) => of(ref)?.kinds.get(output(ref)?.socket ?? '')
  const ensemble = (ref: SocketRef) => of(ref)?.ensembles.has(output(ref)?.socket ?? '') ?? false
  for (const id of order(document).ids) {
    const node = nodes.get(id)
    if (node !== undefined) resolved.set(id, resolveNode(node, types, before.get(id) ?? [], { kinds, ensemble }))
  }
  return { kinds, ensemble }
}

export interface NodeSockets {
  readonly kinds: ReadonlyMap<string, readonly PortKind[]>
  readonly ensembles: ReadonlySet<string>
}

/** The outputs of one node, given those before it. */
export function resolveNode(
  node: DocumentNode,
  types: NodeTypes,
  links: readonly DocumentLink[],
  known: Sockets,
): NodeSockets {
  const type = typeOf(node, types)
  const kinds = new Map<string, readonly PortKind[]>()
  const ensembles = new Set<string>()
  if (type === undefined) return { kinds, ensembles }
  const passes = node.bypass ? passThrough(type) : undefined
  const mapped = links.some((link) => type.inputs[link.to.socket]?.each === false && known.ensemble(link.from))
  for (const [name, port] of Object.entries(type.outputs)) {
    const passed = passes && links.find(({ to }) => to.socket === passes.get(name))
    if (passes ? passed && known.ensemble(passed.from) : port.each || mapped) ensembles.add(name)
    if (port.kind !== 'same') {
      kinds.set(name, [port.kind])
      continue
    }
    const link = links.find((candidate) => candidate.to.socket === port.as)
    const source = link && known.kinds(link.from)
    kinds.set(name, source === undefined ? port.of : port.of.filter((kind) => source.includes(kind)))
  }
  return { kinds, ensembles }
}

/** Why none of `kinds` can go into `input`, or undefined when one can. Unknown kinds fit: nothing is known against them. */
export function misfit(kinds: Kinds, input: InputPort): string | undefined {
  const accepted: readonly PortKind[] = input.kind === 'any' ? input.of : [input.kind]
  if (kinds === undefined || kinds.some((kind) => accepted.includes(kind))) return undefined
  return `This input takes ${accepted.join(' or ')}, not ${kinds.join(' or ') || 'what is connected there'}.`
}

/**
 * Why `from` (an output) cannot be connected to `to` (an input), for people, or undefined when it can. What is connected
 * to `to` now would be replaced, so it does not count.
 */
export function canConnect(
  document: GraphDocument,
  types: NodeTypes,
  from: SocketRef,
  to: SocketRef,
): string | undefined {
  const source = document.nodes.find((node) => node.id === from.node)
  const target = document.nodes.find((node) => node.id === to.node)
  if (source === undefined || target === undefined) return 'This node is no longer there.'
  if (from.node === to.node) return 'A node cannot feed itself.'
  const sourceType = typeOf(source, types)
  const targetType = typeOf(target, types)
  if (sourceType === undefined || targetType === undefined) return 'A node of an unknown type cannot be connected.'
  const input = port(targetType.inputs, to.socket)
  if (port(sourceType.outputs, from.socket) === undefined) return `There is no output "${from.socket}".`
  if (input === undefined) return `There is no input "${to.socket}".`

  const others = document.links.filter((link) => link.to.node !== to.node || link.to.socket !== to.socket)
  if (closesCycle({ nodes: document.nodes, links: others }, from.node, to.node)) return 'This would make a cycle.'

  const after = flatten({ ...document, links: [...others, { from, to }] })
  const found = socketsOf(after, types)
  const reason = misfit(found.kinds(from), input)
  if (reason !== undefined) return reason
  if (!input.each && found.ensemble(from) && Object.values(targetType.outputs).some((output) => output.each)) {
    return 'An ensemble cannot be expanded into another ensemble.'
  }
  return firstBroken(after.document, types, found, sockets(document, types))
}

/** A kind travels on through `same` outputs: says which link further on would no longer fit. */
function firstBroken(after: GraphDocument, types: NodeTypes, now: Sockets, before: Sockets): string | undefined {
  const nodes = new Map(after.nodes.map((node) => [node.id, node]))
  for (const link of after.links) {
    const target = nodes.get(link.to.node)
    const type = target && typeOf(target, types)
    const input = type && port(type.inputs, link.to.socket)
    if (target === undefined || input === undefined || misfit(now.kinds(link.from), input) === undefined) continue
    // What was broken already is not this link's fault.
    if (misfit(before.kinds(link.from), input) !== undefined) continue
    return `${target.title ?? target.type} further on takes ${input.kind === 'any' ? input.of.join(' or ') : input.kind}, not ${now.kinds(link.from)?.join(' or ') ?? 'this'}.`
  }
  return undefined
}

/** A port by name, own names only: a document may say "constructor". */
export const port = <T>(ports: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(ports, name) ? ports[name] : undefined
