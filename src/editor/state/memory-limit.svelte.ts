const KEY = 'marigold-memory'

/** Gigabytes that can be chosen. */
export const LIMITS = [0.5, 1, 2, 4, 8, 16] as const

/** What the loaded models may take: as much as there is, unless the person says so; kept in this browser. */
export class MemoryLimit {
  gigabytes = $state<number | undefined>()

  constructor(
    private readonly storage: Storage,
    private readonly apply: (bytes: number | undefined) => void,
  ) {
    const kept = Number(storage.getItem(KEY))
    if (LIMITS.some((limit) => limit === kept)) this.#set(kept)
  }

  choose(gigabytes: number | undefined): void {
    this.#set(gigabytes)
    try {
      if (gigabytes === undefined) this.storage.removeItem(KEY)
      else this.storage.setItem(KEY, String(gigabytes))
    } catch {
      // A full or forbidden storage: the choice then lasts until the page is closed.
    }
  }

  #set(gigabytes: number | undefined): void {
    this.gigabytes = gigabytes
    this.apply(gigabytes === undefined ? undefined : gigabytes * 1e9)
  }
}
