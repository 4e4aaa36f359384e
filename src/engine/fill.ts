import type { Costs } from './costs.ts'
import type { Plan } from './plan.ts'

/**
 * Milliseconds that one node's gap may take, with the gaps behind it, and all that are filled. Nobody waits for them, and a
 * photo of 12 megapixels takes some hundreds, yet is not kept: 20 ms per MiB are less than reading it back is worth.
 */
const MOST = { node: 1000, all: 2000 } as const

/**
 * Nodes before the targets of a plan whose results are neither kept nor made by it, because nothing that runs needs them, but
 * would be there soon: what is cheap is not kept for later sessions, and its picture would be missing on its node.
 */
export function gaps({ nodes, states, steps, cached }: Plan, costs: Costs): readonly string[] {
  const made = new Set(steps.map(({ node }) => node.id))
  /** Milliseconds of a node and of what it rests on, where that is missing too; Infinity where it is not known. */
  const price = (id: string, seen: Set<string>): number => {
    const [node, state] = [nodes.get(id), states.get(id)]
    if (node === undefined || state?.phase !== 'stale' || made.has(id) || seen.has(id)) return 0
    seen.add(id)
    let sum = state.members * (costs.ms(node) ?? Infinity)
    for (const source of node.sources.values()) if (sum <= MOST.node) sum += price(source.node.id, seen)
    return sum
  }
  const found: string[] = []
  let all = 0
  for (const id of cached.keys()) {
    const ms = price(id, new Set())
    if (states.get(id)?.phase !== 'stale' || made.has(id) || ms > MOST.node || (all += ms) > MOST.all) continue
    found.push(id)
  }
  return found
}
