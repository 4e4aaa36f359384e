/** What one member of a node of each type took lately, in ms: a moving mean, to weigh progress. */
export class Costs {
  readonly #ms = new Map<string, number>()

  ms(type: string): number | undefined {
    return this.#ms.get(type)
  }

  add(type: string, ms: number): void {
    const before = this.#ms.get(type)
    this.#ms.set(type, before === undefined ? ms : before + 0.4 * (ms - before))
  }
}
