import { graphlib, layout } from '@dagrejs/dagre'
import type { Point, Rectangle } from '../../graph/document.ts'

/** Above this many nodes the ranks are found the quick way: wires may be longer than they need be. */
const MANY = 300
const GAP = { columns: 64, rows: 32 }

export interface LaidOut {
  readonly id: string
  readonly width: number
  readonly height: number
  /** What it stays together with. */
  readonly group: string | undefined
}

/**
 * Top left corners of nodes in columns from left to right, each behind all that it depends on, without overlaps and with few
 * crossings; what is in one group lies together. The layout is dagre's (Sugiyama's, after Gansner et al. 1993).
 */
export function layered(
  nodes: readonly LaidOut[],
  links: readonly (readonly [from: string, to: string])[],
): ReadonlyMap<string, Point> {
  const graph = new graphlib.Graph({ compound: true, multigraph: true })
  graph.setGraph({
    rankdir: 'LR',
    ranksep: GAP.columns,
    nodesep: GAP.rows,
    ranker: nodes.length > MANY ? 'longest-path' : 'network-simplex',
  })
  graph.setDefaultEdgeLabel(() => ({}))
  const groupId = (group: string) => `group ${group}`
  for (const { group } of nodes) if (group !== undefined) graph.setNode(groupId(group), {})
  for (const { id, width, height, group } of nodes) {
    graph.setNode(id, { width, height })
    if (group !== undefined) graph.setParent(id, groupId(group))
  }
  links.forEach(([from, to], i) => graph.setEdge(from, to, {}, String(i)))
  layout(graph)
  return new Map(
    nodes.map(({ id }) => {
      const { x, y, width, height } = graph.node(id) as Rectangle
      return [id, { x: x - width / 2, y: y - height / 2 }]
    }),
  )
}
