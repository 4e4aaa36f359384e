import type { Trail, Waypoint } from '../node/context.ts'
import { tensorsOf, type PortValue } from '../node/values.ts'
import type { Outputs } from './results/cache.ts'
import type { Results } from './results/results.ts'

/** Where the state lies among a step's outputs, and of how many it is one: no socket has such a name. */
const STATE = '.state'
const OF = '.of'

/** Milliseconds from which a step alone is worth more than memory: it outlives a Worker that had to be killed. */
const DEAR = 250

/** Step `done`, from 1, of `of`. */
export interface StepOf {
  readonly done: number
  readonly of: number
}

/** The key of step `done` of a member: of letters and digits, as the member's own. */
export const stepKey = (key: string, done: number): string => `${key}s${done}`

/** The finished steps of a member whose outputs are there, in order. */
export function stepsOf(results: Results, key: string, most = 1000): readonly number[] {
  const steps: number[] = []
  for (let done = 1; done < most; done++) if (results.has(stepKey(key, done))) steps.push(done)
  return steps
}

/** Of how many steps this one of a member is; undefined when it is nowhere. */
export async function stepCount(results: Results, key: string, done: number): Promise<number | undefined> {
  const step = stepKey(key, done)
  if (!(await results.fetch(step))) return undefined
  const of = results.cache.get(step)?.[OF]
  return of?.kind === 'number' ? of.value : undefined
}

/**
 * The trail of the members that are computed in one call, under keys of their own beside the members'. `shown` is told of
 * the outputs of the first member, which are borrowed.
 */
export function trailOf(
  keys: readonly string[],
  results: Results,
  now: () => number,
  shown: (outputs: Outputs, step: StepOf) => void,
): Trail {
  let since = now()
  return {
    async resume(of) {
      for (let done = of - 1; done > 0; done--) {
        const steps = keys.map((key) => stepKey(key, done))
        if (!steps.every((key) => results.has(key))) continue
        steps.forEach((key) => results.cache.pin(key))
        try {
          const found = await Promise.all(steps.map((key) => results.fetch(key)))
          if (!found.every(Boolean)) continue
          since = now()
          const states = steps
            .map((key) => results.cache.get(key)?.[STATE])
            .filter((state): state is PortValue => state !== undefined)
          if (states.length === keys.length) return { done, states }
        } finally {
          steps.forEach((key) => results.cache.unpin(key))
        }
      }
      return undefined
    },
    async reached(done, of, members) {
      const ms = now() - since
      const [first] = members
      if (first !== undefined) shown(first.outputs, { done, of })
      for (const [i, waypoint] of members.entries()) {
        const key = keys[i]
        if (key === undefined) release(waypoint)
        else {
          const step: Outputs = { ...waypoint.outputs, [STATE]: waypoint.state, [OF]: { kind: 'number', value: of } }
          await results.add(stepKey(key, done), step, ms, DEAR)
        }
      }
      since = now()
    },
  }
}

function release({ state, outputs }: Waypoint): void {
  for (const value of [state, ...Object.values(outputs)]) for (const tensor of tensorsOf(value)) tensor.release()
}
