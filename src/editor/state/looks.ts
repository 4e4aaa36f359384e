import type { DocumentNode, GraphDocument } from '../../graph/document.ts'
import type { Catalogue } from '../../node/catalogue.ts'
import { applies, type Param, type Params } from '../../node/params.ts'

/**
 * For each node, a text that is the same for nodes whose cards have the same rows and sockets: those of one type, collapsed
 * or not, with the same parameters shown. Of an unknown type a card has the sockets that wires end at.
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
  const dependent = new Map([...catalogue].map(([type, { params }]) => [type, dependents(params)]))
  const hidden = ({ type, params }: DocumentNode) =>
    (dependent.get(type) ?? []).flatMap(([name, param]) => (applies(param, params) ? [] : [`no ${name}`]))
  return new Map(
    nodes.map((node) => {
      const { id, type, version, collapsed } = node
      const rows = collapsed ? ['collapsed'] : hidden(node)
      return [id, [type, version, ...rows, ...(linked.get(id) ?? [])].join(' ')]
    }),
  )
}

const dependents = (params: Params): readonly (readonly [name: string, param: Param])[] =>
  Object.entries(params).filter(([, { when }]) => when !== undefined)
