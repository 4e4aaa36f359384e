import type { GraphDocument } from '../graph/document.ts'
import { ancestors } from '../graph/topology.ts'
import type { Catalogue } from '../node/catalogue.ts'
import type { NodeState } from './events.ts'

/** Milliseconds without an edit before what must run does, by what it will take. */
const PAUSE = {
  /** Up to here it follows every edit. */
  immediate: 60,
  /** Longer than between two movements of a slider. */
  least: 120,
  most: 600,
  /** Where it is not known what a heavy node takes. */
  unknown: 400,
} as const

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

/** The nodes that are there to be seen, blocked or not: first what is looked at, which is computed first. */
function showing(document: GraphDocument, catalogue: Catalogue, viewed: string | undefined) {
  const feeding = new Set(document.links.map(({ from }) => from.node))
  return document.nodes
    .map(({ id, type }) => ({ id, sink: catalogue.get(type)?.sink === true }))
    .filter(({ id, sink }) => sink || id === viewed || !feeding.has(id))
    .toSorted((a, b) => Number(b.id === viewed) - Number(a.id === viewed))
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
  // What is looked at comes first: files that are written behind it do not hold it up.
  const ms = forecast(
    document,
    catalogue,
    states,
    viewed !== undefined && targets.includes(viewed) ? [viewed] : targets,
  )
  return { targets, pause: ms === undefined ? PAUSE.unknown : pauseFor(ms) }
}

const pauseFor = (ms: number): number =>
  ms <= PAUSE.immediate ? 0 : Math.min(PAUSE.most, Math.max(PAUSE.least, ms / 5))

/** Milliseconds that a run of the targets will take; undefined while it holds a heavy node that never ran here. */
export function forecast(
  document: GraphDocument,
  catalogue: Catalogue,
  states: ReadonlyMap<string, NodeState>,
  targets: readonly string[],
): number | undefined {
  const types = new Map(document.nodes.map((node) => [node.id, node.type]))
  let sum = 0
  for (const id of ancestors(document, targets)) {
    const state = states.get(id)
    if (state?.phase === 'cached' || state?.phase === 'done' || state?.phase === 'bypassed') continue
    const ms = state?.phase === 'stale' ? state.ms : undefined
    if (ms === undefined && catalogue.get(types.get(id) ?? '')?.heavy === true) return undefined
    sum += ms ?? 0
  }
  return sum
}
