import type { Preview } from '../../engine/events.ts'
import type { RunState } from './run-state.svelte.ts'
import type { Viewing } from './viewing.svelte.ts'

/** True for a picture of a step on the way to a result that is not there yet. */
export const unfinished = ({ steps }: Pick<Preview, 'steps'>): boolean =>
  steps !== undefined && !steps.kept.includes(steps.of)

/**
 * What the large viewer shows: the large picture of its node, or the small one until that is there; while the member that
 * is looked at is denoised, what it has come to. A node of which there is nothing yet lends its place to what is being
 * denoised.
 */
export function seen({ node, member }: Viewing, run: RunState): Preview | undefined {
  if (node === undefined) return undefined
  const small = run.thumbnails.get(node)
  const large = run.large?.node === node ? run.large : undefined
  const wanted = member ?? 0
  const current = large?.member === wanted && large.key === run.strips.on(node)?.keys[wanted]
  if (!current && small?.member === wanted && unfinished(small)) return small
  const there = large ?? small
  if (there !== undefined || !run.running) return there
  return [...run.thumbnails.values()].find(unfinished)
}
