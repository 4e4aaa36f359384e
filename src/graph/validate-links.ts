import type { Json } from '../base/json.ts'
import type { DocumentLink, DocumentNode, SocketRef } from './document.ts'
import { LIMITS, SOCKET } from './limits.ts'
import { typeOf, type NodeTypes } from './node-types.ts'
import type { Problem, Report } from './problem.ts'
import { broken, dropUnknown, listOf, objectOf } from './shape.ts'
import { misfit, port, resolveNode, type NodeSockets } from './sockets.ts'
import { backLinks, incoming, order } from './topology.ts'
import { readPoint } from './validate-parts.ts'

type Drop = (link: DocumentLink, code: Problem['code'], why: string) => void

/**
 * Links of a list that stands at `path`, those that hold: both sockets exist, kinds fit, one per input (the first stays), no
 * cycle. Others are reported.
 */
export function readLinks(
  list: readonly Json[],
  path: string,
  nodes: readonly DocumentNode[],
  types: NodeTypes,
  report: Report,
): readonly DocumentLink[] {
  const all = list.map((item, i) => readLink(item, `${path}[${i}]`, report))
  const paths = new Map(all.map((link, i) => [link, `${path}[${i}]`]))
  const dropped = new Set<DocumentLink>()
  const drop: Drop = (link, code, why) => {
    dropped.add(link)
    const message = `The link from ${text(link.from)} to ${text(link.to)} was dropped: ${why}`
    report({ code, path: paths.get(link) ?? path, message, node: link.to.node, effect: 'repaired' })
  }
  const kept = () => all.filter((link) => !dropped.has(link))
  dropDangling(all, nodes, types, drop)
  dropRepeated(kept(), drop)
  for (const link of backLinks({ nodes, links: kept() })) drop(link, 'graph/cycle', 'it closes a cycle.')
  dropMismatching(kept(), nodes, types, drop)
  return kept()
}

const text = ({ node, socket }: SocketRef): string => `${node}.${socket}`

function readLink(item: Json, path: string, report: Report): DocumentLink {
  const raw = objectOf(item, path)
  dropUnknown(raw, ['from', 'to', 'via'], path, report)
  const socket = (end: 'from' | 'to'): SocketRef => {
    const ref = objectOf(raw[end], `${path}.${end}`)
    dropUnknown(ref, ['node', 'socket'], `${path}.${end}`, report)
    const { node, socket: name } = ref
    if (typeof node !== 'string') throw broken(`${path}.${end}.node`, 'must be the id of a node')
    if (typeof name !== 'string' || !SOCKET.test(name))
      throw broken(`${path}.${end}.socket`, 'must be the name of a socket')
    return { node, socket: name }
  }
  const link = { from: socket('from'), to: socket('to') }
  if (raw['via'] === undefined) return link
  const via = listOf(raw['via'], `${path}.via`, LIMITS.via).map((point, i) =>
    readPoint(point, `${path}.via[${i}]`, `A point of the wire to ${text(link.to)}`, link.to.node, report),
  )
  return via.length > 0 ? { ...link, via } : link
}

function dropDangling(
  links: readonly DocumentLink[],
  nodes: readonly DocumentNode[],
  types: NodeTypes,
  drop: Drop,
): void {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const missing = (end: SocketRef, side: 'inputs' | 'outputs'): string | undefined => {
    const node = byId.get(end.node)
    if (node === undefined) return `there is no node "${end.node}".`
    const type = typeOf(node, types)
    if (type === undefined || port<unknown>(type[side], end.socket) !== undefined) return undefined
    return `${node.type} has no ${side === 'inputs' ? 'input' : 'output'} "${end.socket}".`
  }
  for (const link of links) {
    const why = missing(link.from, 'outputs') ?? missing(link.to, 'inputs')
    if (why !== undefined) drop(link, 'graph/dangling-link', why)
  }
}

function dropRepeated(links: readonly DocumentLink[], drop: Drop): void {
  const taken = new Set<string>()
  for (const link of links) {
    if (taken.has(text(link.to))) drop(link, 'graph/duplicate-link', 'an input takes one link.')
    taken.add(text(link.to))
  }
}

/** Walks in dependency order, so that kinds that travel through `same` outputs are known when they are needed. */
function dropMismatching(
  links: readonly DocumentLink[],
  nodes: readonly DocumentNode[],
  types: NodeTypes,
  drop: Drop,
): void {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const before = incoming(links)
  const resolved = new Map<string, NodeSockets>()
  const known = {
    kinds: (output: SocketRef) => resolved.get(output.node)?.kinds.get(output.socket),
    ensemble: (output: SocketRef) => resolved.get(output.node)?.ensembles.has(output.socket) ?? false,
  }
  for (const id of order({ nodes, links }).ids) {
    const node = byId.get(id)
    if (node === undefined) continue
    const inputs = typeOf(node, types)?.inputs ?? {}
    const fitting = (before.get(id) ?? []).filter((link) => {
      const input = port(inputs, link.to.socket)
      const why = input && misfit(known.kinds(link.from), input)
      if (why !== undefined) drop(link, 'graph/mismatched-link', why)
      return why === undefined
    })
    resolved.set(id, resolveNode(node, types, fitting, known))
  }
}
