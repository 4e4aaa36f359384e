import { bytesOf, type Tensor } from '../../tensor/tensor.ts'
import { tensorsOf, type PortValue } from '../../node/values.ts'
import { Ageing, leastWorth, worth } from './ageing.ts'

/** What a node made for one member, by output socket. */
export type Outputs = Readonly<Record<string, PortValue>>

interface Entry {
  readonly outputs: Outputs
  readonly tensors: readonly Tensor[]
  readonly bytes: number
  /** Milliseconds to make it again. */
  readonly ms: number
  /** Milliseconds to have it again, which may be less. */
  again: number
  /** The lowest goes first. */
  priority: number
}

/**
 * Results by key. The cache owns the tensors in it; whoever takes a value out borrows it until the next `await`, or
 * retains it. What is pinned stays.
 */
export class Cache {
  readonly #entries = new Map<string, Entry>()
  /** Outputs may share a tensor: its bytes count once. */
  readonly #owners = new Map<Tensor, number>()
  readonly #pins = new Map<string, number>()
  readonly #doomed = new Set<string>()
  readonly #ageing = new Ageing()
  #bytes = 0

  /**
   * @param budget bytes of tensors above which unpinned results are dropped.
   * @param again milliseconds to have a result again that took `ms` to make: less where it is kept elsewhere.
   */
  constructor(
    public budget: number,
    readonly again: (key: string, ms: number, bytes: number) => number = (_, ms) => ms,
  ) {}

  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#entries.size
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  get(key: string): Outputs | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    entry.priority = this.#ageing.priority(entry.again, entry.bytes)
    return entry.outputs
  }

  /** Takes over the outputs' tensors. A key that is there already keeps what it has, and the new value is released. */
  put(key: string, outputs: Outputs, ms: number): void {
    const tensors = Object.values(outputs).flatMap(tensorsOf)
    if (this.#entries.has(key)) {
      for (const tensor of tensors) tensor.release()
      return
    }
    for (const tensor of tensors) {
      const owners = this.#owners.get(tensor) ?? 0
      if (owners === 0) this.#bytes += bytesOf(tensor)
      this.#owners.set(tensor, owners + 1)
    }
    const bytes = tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0)
    const again = this.again(key, ms, bytes)
    this.#entries.set(key, { outputs, tensors, bytes, ms, again, priority: this.#ageing.priority(again, bytes) })
    // Whoever brought it is about to use it.
    this.trim(this.budget, key)
    this.trim()
  }

  /** What it takes to have a result again is another than it was. That it was not used meanwhile still counts. */
  reprice(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    const again = this.again(key, entry.ms, entry.bytes)
    entry.priority += worth(again, entry.bytes) - worth(entry.again, entry.bytes)
    entry.again = again
  }

  /** Keeps a key, present or to come, until it is unpinned as often. */
  pin(key: string): void {
    this.#pins.set(key, (this.#pins.get(key) ?? 0) + 1)
  }

  unpin(key: string): void {
    const left = (this.#pins.get(key) ?? 0) - 1
    if (left > 0) {
      this.#pins.set(key, left)
      return
    }
    this.#pins.delete(key)
    if (this.#doomed.delete(key)) this.#drop(key)
    else this.trim()
  }

  /** Drops unpinned results, but not `spared`, until the rest fits the budget, or `bytes`. */
  trim(bytes = this.budget, spared?: string): void {
    while (this.#bytes > bytes) {
      // An entry without tensors frees nothing.
      const worst = leastWorth(
        this.#entries,
        (key, { tensors }) => tensors.length > 0 && !this.#pins.has(key) && key !== spared,
      )
      if (worst === undefined) return
      this.#ageing.evicted(this.#entries.get(worst)?.priority ?? 0)
      this.#drop(worst)
    }
  }

  /** Drops everything; what is pinned goes when it is unpinned. */
  clear(): void {
    for (const key of [...this.#entries.keys()]) {
      if (this.#pins.has(key)) this.#doomed.add(key)
      else this.#drop(key)
    }
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    for (const tensor of entry.tensors) {
      const owners = (this.#owners.get(tensor) ?? 1) - 1
      if (owners === 0) {
        this.#owners.delete(tensor)
        this.#bytes -= bytesOf(tensor)
      } else {
        this.#owners.set(tensor, owners)
      }
      tensor.release()
    }
  }
}
