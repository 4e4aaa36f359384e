import type { NodeState } from '../../engine/events.ts'

/** The node in which the trouble is that keeps another one from running; undefined where it is in that node itself. */
export function originOf(id: string, state: NodeState | undefined): string | undefined {
  if (state?.phase === 'skipped') return state.failed
  return state?.phase === 'blocked' && state.error.node !== id ? state.error.node : undefined
}
