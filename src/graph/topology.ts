import type { DocumentLink, GraphDocument } from './document.ts'

type Graph = Pick<GraphDocument, 'nodes' | 'links'>

/** Links by the node they end at, in document order. */
export const incoming = (links: readonly DocumentLink[]): ReadonlyMap<string, readonly DocumentLink[]> =>
  grouped(links, (link) => link.to.node)

/** Links by the node they start from, in document order. */
export const outgoing = (links: readonly DocumentLink[]): ReadonlyMap<string, readonly DocumentLink[]> =>
  grouped(links, (link) => link.from.node)

function grouped(links: readonly DocumentLink[], by: (link: DocumentLink) => string) {
  const groups = new Map<string, DocumentLink[]>()
  for (const link of links) {
    const group = groups.get(by(link))
    if (group === undefined) groups.set(by(link), [link])
    else group.push(link)
  }
  return groups
}

export interface Order {
  /** Every node after all it depends on; the same for the same document. */
  readonly ids: readonly string[]
  /** Nodes on a cycle or behind one. Empty for a valid document. */
  readonly cyclic: readonly string[]
}

/** Kahn's algorithm. Links to nodes that are not there do not count. */
export function order({ nodes, links }: Graph): Order {
  const open = new Map(nodes.map((node) => [node.id, 0]))
  const known = links.filter((link) => open.has(link.from.node) && open.has(link.to.node))
  for (const link of known) open.set(link.to.node, (open.get(link.to.node) ?? 0) + 1)
  const next = outgoing(known)
  const ids = [...open].filter(([, count]) => count === 0).map(([id]) => id)
  for (let at = 0; at < ids.length; at++) {
    for (const link of next.get(ids[at] ?? '') ?? []) {
      const left = (open.get(link.to.node) ?? 0) - 1
      open.set(link.to.node, left)
      if (left === 0) ids.push(link.to.node)
    }
  }
  return { ids, cyclic: [...open].filter(([, count]) => count > 0).map(([id]) => id) }
}

/** The given nodes and all they depend on. */
export const ancestors = ({ links }: Graph, of: Iterable<string>): ReadonlySet<string> => {
  const before = incoming(links)
  return reach(of, (id) => (before.get(id) ?? []).map((link) => link.from.node))
}

/** The given nodes and all that depend on them. */
export const descendants = ({ links }: Graph, of: Iterable<string>): ReadonlySet<string> => {
  const after = outgoing(links)
  return reach(of, (id) => (after.get(id) ?? []).map((link) => link.to.node))
}

/** True when a link between these nodes would close a cycle. */
export const closesCycle = (graph: Graph, from: string, to: string): boolean => descendants(graph, [to]).has(from)

function reach(start: Iterable<string>, next: (id: string) => readonly string[]): ReadonlySet<string> {
  const seen = new Set(start)
  // A Set visits what is added while it is walked.
  for (const id of seen) for (const other of next(id)) seen.add(other)
  return seen
}

/**
 * The links that close a cycle: back edges of a depth-first walk (iterative, three colours) from the nodes in document
 * order. Without them the graph has no cycle.
 */
export function backLinks({ nodes, links }: Graph): ReadonlySet<DocumentLink> {
  const next = outgoing(links)
  const state = new Map<string, 'open' | 'done'>()
  const back = new Set<DocumentLink>()
  for (const root of nodes) {
    if (state.has(root.id)) continue
    state.set(root.id, 'open')
    const path = [{ id: root.id, at: 0 }]
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const link = next.get(top.id)?.[top.at++]
      if (link === undefined) {
        state.set(top.id, 'done')
        path.pop()
      } else if (state.get(link.to.node) === 'open') {
        back.add(link)
      } else if (!state.has(link.to.node)) {
        state.set(link.to.node, 'open')
        path.push({ id: link.to.node, at: 0 })
      }
    }
  }
  return back
}
