import type { GraphDocument } from '../../graph/document.ts'
import type { Catalogue } from '../../node/catalogue.ts'

/**
 * For each node, a text that is the same for nodes whose cards have the same rows and sockets: those of one type, collapsed
 * or not. Of an unknown type a card has the sockets that wires end at.
 */
export function looks({ nodes, links }: GraphDocument, catalogue: Catalogue): ReadonlyMap<string, string> {
  const linked = new Map<string, Set<string>>()
  const unknown = new Set(
    nodes.flatMap(({ id, type, version }) => (catalogue.get(type)?.version === version ? [] : [id])),
  )
  const add = (node: string, socket: string) => {
    if (unknown.has(node)) linked.set(node, (linked.get(node) ?? new Set()).add(socket))
  }
  for (const { from, to } of links) {
    add(from.node, `out ${from.socket}`)
    add(to.node, `in ${to.socket}`)
  }
  return new Map(
    nodes.map(({ id, type, version, collapsed }) => [
      id,
      [type, version, ...(collapsed ? ['collapsed'] : []), ...(linked.get(id) ?? [])].join(' '),
    ]),
  )
}
