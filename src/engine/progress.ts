import type { Costs } from './costs.ts'
import type { Step } from './plan.ts'

/** Guesses for types that never ran here, ms per member. They weigh the bar; no time is told from them. */
const GUESS = { heavy: 2_000, light: 20 } as const

export interface Told {
  /** 0..1; never less than before. */
  readonly done: number
  /** Undefined while something must be computed whose cost is not known here. */
  readonly secondsLeft: number | undefined
}

/** What a call of a node is at: some members of a step, of which a share is done. */
export interface Underway {
  readonly step: Step
  readonly members: number
  /** 0..1. */
  readonly share: number
  /** Milliseconds since the call began, and since the last sign of it: they tell more than what others took. */
  readonly elapsed: number
  readonly lately: { readonly ms: number; readonly share: number } | undefined
}

/** Share done and time left of one run. */
export class Progress {
  readonly #left: Map<Step, number>
  #spent = 0
  #shown = 0

  constructor(
    steps: readonly Step[],
    readonly costs: Costs,
  ) {
    this.#left = new Map(steps.map((step) => [step, step.members.length]))
  }

  /** `members` of a step were finished in `ms`, or found in the cache. */
  finish(step: Step, members: number, ms: number): void {
    this.#left.set(step, Math.max(0, (this.#left.get(step) ?? 0) - members))
    this.#spent += ms
  }

  /** A step that failed or was skipped: nothing more is done of it. */
  drop(step: Step): void {
    this.#left.delete(step)
  }

  now(underway?: Underway): Told {
    let left = 0
    let known = true
    for (const [step, count] of this.#left) {
      const here = step === underway?.step ? underway : undefined
      const measured = here && pace(here)
      const cost = measured ?? this.costs.ms(step.node)
      const open = here ? count - here.members * here.share : count
      if (open <= 0) continue
      known &&= cost !== undefined
      left += open * (cost ?? (step.node.definition.cost === 'heavy' ? GUESS.heavy : GUESS.light))
    }
    const spent = this.#spent + (underway?.elapsed ?? 0)
    // Costs are learned on the way: a bar that went back would be a lie of another kind.
    this.#shown = left === 0 ? 1 : Math.max(this.#shown, Math.min(0.999, spent / (spent + left)))
    return { done: this.#shown, secondsLeft: known ? left / 1000 : undefined }
  }
}

/** Milliseconds per member at the pace of the last part of a call. */
function pace({ members, lately }: Underway): number | undefined {
  return lately && lately.share > 0 ? lately.ms / lately.share / members : undefined
}
