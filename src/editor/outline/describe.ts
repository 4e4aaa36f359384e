import type { NodeState } from '../../engine/events.ts'
import type { GraphDocument } from '../../graph/document.ts'
import { incoming, order, outgoing } from '../../graph/topology.ts'
import { stateText } from '../text.ts'

/** One node of the outline. */
export interface OutlineRow {
  readonly id: string
  readonly title: string
  /** Where its inputs come from and its outputs go to. */
  readonly wires: string
}

/** The nodes in the order in which they are computed, each with its wires in words. */
export function outlineOf(document: GraphDocument, title: (id: string) => string): readonly OutlineRow[] {
  const into = incoming(document.links)
  const from = outgoing(document.links)
  const { ids, cyclic } = order(document)
  return [...ids, ...cyclic].map((id) => {
    const inputs = (into.get(id) ?? []).map((link) => `${link.to.socket} from ${title(link.from.node)}`)
    const targets = new Set((from.get(id) ?? []).map((link) => title(link.to.node)))
    const wires = [
      inputs.length > 0 ? inputs.join(', ') : 'nothing connected to it',
      ...(targets.size > 0 ? [`goes to ${[...targets].join(', ')}`] : []),
    ].join('; ')
    return { id, title: title(id), wires }
  })
}

/** The state of a node in words, from where it is known. */
export const outlineState = (state: NodeState | undefined): string => {
  if (state === undefined) return 'state not known yet'
  return state.phase === 'failed' || state.phase === 'blocked'
    ? `${state.phase}: ${stateText(state)}`
    : stateText(state)
}

/** Names for nodes of one title, told apart by number, in document order. */
export function numbered(document: GraphDocument, title: (id: string) => string): (id: string) => string {
  const counts = new Map<string, number>()
  const count = (name: string): number => {
    const next = (counts.get(name) ?? 0) + 1
    counts.set(name, next)
    return next
  }
  const places = document.nodes.map(({ id }) => [id, title(id), count(title(id))] as const)
  const names = new Map(places.map(([id, name, at]) => [id, (counts.get(name) ?? 0) > 1 ? `${name} ${at}` : name]))
  return (id) => names.get(id) ?? id
}
