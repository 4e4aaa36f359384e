import { SerialQueue } from '../../base/queue.ts'
import { Ageing, leastWorth } from './ageing.ts'
import type { Packed } from './packed.ts'

/** Where packed results are: memory, a folder, the browser's own file system. Names are of letters, digits and `-`. */
export interface PackedFiles {
  list(): Promise<readonly string[]>
  /** Undefined when there is none. */
  read(name: string): Promise<Packed | undefined>
  /** Whoever reads finds it whole or not at all; what a crash leaves half-written has another length than its name says. */
  write(name: string, packed: Packed): Promise<void>
  /** Nothing when there is none. */
  remove(name: string): Promise<void>
}

interface Entry {
  readonly name: string
  readonly bytes: number
  readonly ms: number
  priority: number
}

/** The name of a result's file says what it is; undefined for any other name. */
export function namedResult(
  name: string,
): { readonly key: string; readonly ms: number; readonly bytes: number } | undefined {
  const [key, ms, bytes, ...rest] = name.split('-')
  if (key === undefined || key === '' || rest.length > 0 || !(Number(ms) >= 0) || !(Number(bytes) > 0)) return undefined
  return { key, ms: Number(ms), bytes: Number(bytes) }
}

/**
 * Packed results by key, within a budget of bytes, behind the tensors on the backend: what was evicted there, and what an
 * earlier session, or a Worker that is gone, has made. A convenience: what cannot be written or read is computed again,
 * and `trouble` hears of the first failure, after which nothing more is written.
 */
export class Tier {
  readonly #entries = new Map<string, Entry>()
  readonly #ageing = new Ageing()
  /** Writes and removals, in order. */
  readonly #queue = new SerialQueue()
  /** Hears of a key that is there from now on, or no longer. */
  changed: (key: string) => void = () => undefined
  #bytes = 0
  #broken = false
  #opened: Promise<void> | undefined

  constructor(
    readonly files: PackedFiles,
    readonly budget: number,
    readonly trouble: (error: unknown) => void = () => undefined,
  ) {}

  get bytes(): number {
    return this.#bytes
  }

  /** Looks at what is there, once. Never rejects. */
  open(): Promise<void> {
    return (this.#opened ??= this.#open())
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  /** What it took to make it, in ms, and the bytes; undefined when it is not there (any more). */
  async load(key: string): Promise<{ readonly packed: Packed; readonly ms: number } | undefined> {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    const packed = await this.files.read(entry.name).catch(() => undefined)
    if (packed?.length !== entry.bytes) {
      this.forget(key)
      return undefined
    }
    entry.priority = this.#ageing.priority(entry.ms, entry.bytes)
    return { packed, ms: entry.ms }
  }

  /** Written after this returns; `settled` waits for it. */
  save(key: string, packed: Packed, ms: number): void {
    if (this.#broken || this.#entries.has(key) || packed.length > this.budget) return
    void this.#queue.run(async () => {
      if (this.#broken || this.#entries.has(key)) return
      const name = `${key}-${Math.round(ms)}-${packed.length}`
      try {
        await this.files.write(name, packed)
      } catch (error) {
        this.#broken = true
        return this.trouble(error)
      }
      this.#add(key, name, packed.length, ms)
      await this.#trim()
    })
  }

  /** Drops one that turned out to be damaged. */
  forget(key: string): void {
    void this.#queue.run(this.#drop(key))
  }

  async clear(): Promise<void> {
    for (const key of [...this.#entries.keys()]) this.forget(key)
    await this.settled()
  }

  /** Resolves when what was saved and dropped before is on its place. */
  async settled(): Promise<void> {
    await this.#queue.run(() => undefined)
  }

  async #open(): Promise<void> {
    try {
      for (const name of await this.files.list()) {
        const found = namedResult(name)
        if (found !== undefined && !this.#entries.has(found.key)) this.#add(found.key, name, found.bytes, found.ms)
      }
      await this.#trim()
    } catch (error) {
      this.#broken = true
      this.trouble(error)
    }
  }

  #add(key: string, name: string, bytes: number, ms: number): void {
    this.#entries.set(key, { name, bytes, ms, priority: this.#ageing.priority(ms, bytes) })
    this.#bytes += bytes
    this.changed(key)
  }

  async #trim(): Promise<void> {
    while (this.#bytes > this.budget) {
      const worst = leastWorth(this.#entries)
      if (worst === undefined) return
      this.#ageing.evicted(this.#entries.get(worst)?.priority ?? 0)
      await this.#drop(worst)()
    }
  }

  /** Forgets it at once; its file is gone when what this returns has run. */
  #drop(key: string): () => Promise<void> {
    const entry = this.#entries.get(key)
    if (entry === undefined) return async () => undefined
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
    this.changed(key)
    return () => this.files.remove(entry.name).catch(() => undefined)
  }
}

/** Packed results in this process's memory: beside a GPU, whose memory is the scarcer. */
export function memoryFiles(): PackedFiles {
  const files = new Map<string, Packed>()
  return {
    list: async () => [...files.keys()],
    read: async (name) => files.get(name),
    write: async (name, packed) => void files.set(name, packed),
    remove: async (name) => void files.delete(name),
  }
}
