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
 * What a run makes: every sink, the node that is looked at, and the ends of chains, whose pictures are on the nodes.
 * A sink that is blocked is among them, so that a run says why; other blocked nodes are where there is nothing else.
 */
export function shown(
  document: GraphDocument,
  catalogue: Catalogue,
  states: ReadonlyMap<string, NodeState>,
  viewed?: string,
): readonly string[] {
  const all = showing(document, catalogue, viewed)
  const worth = all.filter(({ id, sink }) => sink || runnable(document, states, id))
  return (worth.length > 0 ? worth : all).map(({ id }) => id)
}

/** The nodes that are there to be seen, blocked or not. */
function showing(document: GraphDocument, catalogue: Catalogue, viewed: string | undefined) {
  const feeding = new Set(document.links.map(({ from }) => from.node))
  return document.nodes
    .map(({ id, type }) => ({ id, sink: catalogue.get(type)?.sink === true }))
    .filter(({ id, sink }) => sink || id === viewed || !feeding.has(id))
}

const runnable = (document: GraphDocument, states: ReadonlyMap<string, NodeState>, id: string): boolean =>
  [...ancestors(document, [id])].every((needed) => states.get(needed)?.phase !== 'blocked')

/** What a live run computes: of what is shown, all that is not blocked. Undefined when there is nothing to run. */
export function livePlan(
  document: GraphDocument,
  catalogue: Catalogue,
  states: ReadonlyMap<string, NodeState>,
  viewed?: string,
): LivePlan | undefined {
  const targets = showing(document, catalogue, viewed)
    .map(({ id }) => id)
    .filter((id) => runnable(document, states, id))
  if (targets.length === 0) return undefined
  const types = new Map(document.nodes.map((node) => [node.id, node.type]))
  const heavy = [...ancestors(document, targets)].some((id) => {
    const phase = states.get(id)?.phase
    return phase !== 'cached' && phase !== 'done' && catalogue.get(types.get(id) ?? '')?.heavy === true
  })
  return { targets, pause: heavy ? HEAVY_PAUSE : 0 }
}
