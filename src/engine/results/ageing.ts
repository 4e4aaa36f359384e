/**
 * Greedy-Dual-Size (Cao and Irani, "Cost-aware WWW proxy caching algorithms", 1997): what is cheap to make again and large
 * goes before what is dear and small, long unused before recent. Priorities grow with what was evicted, so that nothing
 * stays for ever.
 */
export class Ageing {
  #age = 0

  /** Of an entry that is used now: milliseconds to make it again per byte that it takes, plus the age. */
  priority(ms: number, bytes: number): number {
    return this.#age + worth(ms, bytes)
  }

  evicted(priority: number): void {
    this.#age = Math.max(this.#age, priority)
  }
}

/** Milliseconds to have it again per byte that it takes. */
export const worth = (ms: number, bytes: number): number => Math.max(ms, 0.01) / Math.max(bytes, 1)

/** The key with the lowest priority of those that may go. */
export function leastWorth<E extends { readonly priority: number }>(
  entries: ReadonlyMap<string, E>,
  mayGo: (key: string, entry: E) => boolean = () => true,
): string | undefined {
  let worst: string | undefined
  let lowest = Infinity
  for (const [key, entry] of entries) {
    if (entry.priority >= lowest || !mayGo(key, entry)) continue
    worst = key
    lowest = entry.priority
  }
  return worst
}
