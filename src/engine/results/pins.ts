import type { Cache } from './cache.ts'

/** The keys that one run holds in the cache. */
export class Pins {
  readonly #held = new Map<string, number>()

  constructor(readonly cache: Cache) {}

  hold(keys: Iterable<string>): void {
    for (const key of keys) {
      this.cache.pin(key)
      this.#held.set(key, (this.#held.get(key) ?? 0) + 1)
    }
  }

  free(keys: Iterable<string>): void {
    for (const key of keys) {
      const count = this.#held.get(key) ?? 0
      if (count === 0) continue
      this.#held.set(key, count - 1)
      this.cache.unpin(key)
    }
  }

  freeAll(): void {
    for (const [key, count] of this.#held) for (let i = 0; i < count; i++) this.cache.unpin(key)
    this.#held.clear()
  }
}
