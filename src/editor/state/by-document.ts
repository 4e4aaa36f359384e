/** Documents of which something is kept; the one that was used longest ago is forgotten first. */
const MOST = 50

/** Something small of each document, kept in this browser beside the documents. */
export class ByDocument<T> {
  readonly #values: Map<string, T>

  constructor(
    private readonly storage: Pick<Storage, 'getItem' | 'setItem'> | undefined,
    private readonly key: string,
    /** Whatever is stored is asked: only what has the right form is read. */
    isValue: (value: unknown) => value is T,
  ) {
    this.#values = new Map(read(storage, key, isValue))
  }

  get(document: string): T | undefined {
    return this.#values.get(document)
  }

  set(document: string, value: T): void {
    this.#values.delete(document)
    this.#values.set(document, value)
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= MOST) break
      this.#values.delete(oldest)
    }
  }

  /** Writes what was set. */
  keep(): void {
    try {
      this.storage?.setItem(this.key, JSON.stringify([...this.#values]))
    } catch {
      // A full or forbidden storage: it is then kept until the page is closed.
    }
  }
}

function read<T>(
  storage: Pick<Storage, 'getItem'> | undefined,
  key: string,
  isValue: (value: unknown) => value is T,
): readonly (readonly [string, T])[] {
  const isEntry = (entry: unknown): entry is readonly [string, T] =>
    Array.isArray(entry) && typeof entry[0] === 'string' && isValue(entry[1])
  try {
    const stored: unknown = JSON.parse(storage?.getItem(key) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isEntry).slice(-MOST) : []
  } catch {
    return []
  }
}
