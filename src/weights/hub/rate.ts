/** The rate over the last seconds: a mean since the beginning would not tell that a connection became slow. */
export class Rate {
  readonly #seen: { readonly at: number; readonly total: number }[] = []
  #total = 0

  constructor(readonly windowMs = 10_000) {}

  /** `bytes` more by the time `now`, in milliseconds. */
  add(bytes: number, now: number): void {
    // What was thrown away says nothing of the connection.
    this.#total += Math.max(0, bytes)
    this.#seen.push({ at: now, total: this.#total })
    while (this.#seen.length > 2 && (this.#seen[0]?.at ?? now) < now - this.windowMs) this.#seen.shift()
  }

  /** Undefined for less than a second of them. */
  get bytesPerSecond(): number | undefined {
    const [first, last] = [this.#seen[0], this.#seen.at(-1)]
    if (first === undefined || last === undefined || last.at - first.at < 1000) return undefined
    return (1000 * (last.total - first.total)) / (last.at - first.at)
  }
}
