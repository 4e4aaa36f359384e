import type { NodeState } from '../../engine/events.ts'
import type { GraphDocument } from '../../graph/document.ts'
import { ancestors } from '../../graph/topology.ts'
import type { Catalogue } from '../../node/catalogue.ts'

/** Milliseconds without an edit before heavy nodes run by themselves. */
export const HEAVY_PAUSE = 400

/** True when results may differ: positions and names do not count. */
export function changesResults(before: GraphDocument, after: GraphDocument): boolean {
  if (before.links !== after.links && JSON.stringify(before.links) !== JSON.stringify(after.links)) return true
  if (before.nodes === after.nodes) return false
  const known = new Map(before.nodes.map((node) => [node.id, node]))
  return (
    before.nodes.length !== after.nodes.length ||
    after.nodes.some((node) => {
      const old = known.get(node.id)
      return old === undefined || old.type !== node.type || old.params !== node.params
    })
  )
}

export interface LivePlan {
  readonly targets: readonly string[]
  /** Milliseconds to wait. */
  readonly pause: number
}

/**
 * What a live run computes: every sink, and the node that is looked at, as far as nothing before it is blocked.
 * Undefined when there is nothing to run.
 */
export function livePlan(
  document: GraphDocument,
  catalogue: Catalogue,
  states: ReadonlyMap<string, NodeState>,
  viewed?: string,
): LivePlan | undefined {
  const targets = document.nodes
    .filter((node) => node.id === viewed || catalogue.get(node.type)?.sink === true)
    .map((node) => node.id)
    .filter((id) => [...ancestors(document, [id])].every((needed) => states.get(needed)?.phase !== 'blocked'))
  if (targets.length === 0) return undefined
  const types = new Map(document.nodes.map((node) => [node.id, node.type]))
  const heavy = [...ancestors(document, targets)].some((id) => {
    const phase = states.get(id)?.phase
    return phase !== 'cached' && phase !== 'done' && catalogue.get(types.get(id) ?? '')?.heavy === true
  })
  return { targets, pause: heavy ? HEAVY_PAUSE : 0 }
}
