import type { Json } from '../../base/json.ts'
import type { DocumentNode, GraphDocument } from '../../graph/document.ts'
import { ancestors } from '../../graph/topology.ts'
import type { Catalogue } from '../../node/catalogue.ts'

/** Milliseconds of a run from which a quick look is worth its own time. */
export const QUICK_FROM = 1_500

/**
 * The graph with fewer members and at a lower resolution, as far as its nodes say what is enough for a first look;
 * undefined where that changes nothing before `node`. The first member is the same in both, so a look by members alone
 * costs the whole run nothing.
 */
export function quickLook(document: GraphDocument, catalogue: Catalogue, node: string): GraphDocument | undefined {
  const seen = ancestors(document, [node])
  const nodes = document.nodes.map((each) => (seen.has(each.id) ? quick(each, catalogue) : each))
  return nodes.some((each, i) => each !== document.nodes[i]) ? { ...document, nodes } : undefined
}

function quick(node: DocumentNode, catalogue: Catalogue): DocumentNode {
  const less = Object.entries(catalogue.get(node.type)?.params ?? {}).flatMap(([name, param]): [string, Json][] => {
    const most = 'quick' in param ? param.quick : undefined
    const value = node.params[name]
    return most !== undefined && typeof value === 'number' && value > most ? [[name, most]] : []
  })
  return less.length > 0 ? { ...node, params: { ...node.params, ...Object.fromEntries(less) } } : node
}
