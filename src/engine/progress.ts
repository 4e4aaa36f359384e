import type { Costs } from './costs.ts'
import type { Step } from './plan.ts'

/** Guesses for types that never ran here, ms per member. They weigh the bar; no time is told from them. */
const GUESS = { heavy: 2_000, light: 20 } as const

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

  /** While `running` (a share 0..1 of `members` members of `step`) is under way. */
  now(step?: Step, members = 0, running = 0): { readonly done: number; readonly secondsLeft: number | undefined } {
    let left = 0
    let known = true
    for (const [other, count] of this.#left) {
      const open = other === step ? count - members * running : count
      if (open <= 0) continue
      const cost = this.costs.ms(other.node.definition.type)
      known &&= cost !== undefined
      left += open * (cost ?? (other.node.definition.cost === 'heavy' ? GUESS.heavy : GUESS.light))
    }
    const under = step === undefined ? 0 : members * running * (this.costs.ms(step.node.definition.type) ?? GUESS.light)
    const spent = this.#spent + under
    // Costs are learned on the way: a bar that went back would be a lie of another kind.
    this.#shown = left === 0 ? 1 : Math.max(this.#shown, Math.min(0.999, spent / (spent + left)))
    return { done: this.#shown, secondsLeft: known ? left / 1000 : undefined }
  }
}
