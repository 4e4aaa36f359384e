import type { GraphDocument } from '../../../src/graph/document.ts'

/** Copies of a graph in rows, cut off at a number of nodes, as the text of a file. */
export function copies(graph: GraphDocument, count: number): string {
  const across = Math.ceil(Math.sqrt(count / graph.nodes.length))
  const name = (copy: number, id: string) => `c${copy}-${id}`
  const all = Array.from({ length: Math.ceil(count / graph.nodes.length) }, (_, copy) => ({
    nodes: graph.nodes.map((node) => ({
      ...node,
      id: name(copy, node.id),
      position: {
        x: node.position.x + (copy % across) * 1500,
        y: node.position.y + Math.floor(copy / across) * 1300,
      },
    })),
    links: graph.links.map(({ from, to }) => ({
      from: { ...from, node: name(copy, from.node) },
      to: { ...to, node: name(copy, to.node) },
    })),
  }))
  const nodes = all.flatMap((copy) => copy.nodes).slice(0, count)
  const ids = new Set(nodes.map(({ id }) => id))
  const links = all.flatMap((copy) => copy.links).filter(({ from, to }) => ids.has(from.node) && ids.has(to.node))
  return JSON.stringify({ ...graph, title: `${count} nodes`, nodes, links })
}
