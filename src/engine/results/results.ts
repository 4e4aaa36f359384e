import type { Backend } from '../../tensor/tensor.ts'
import { bytesOf } from '../../tensor/tensor.ts'
import { tensorsOf } from '../../node/values.ts'
import { Cache, type Outputs } from './cache.ts'
import { pack, unpack } from './packed.ts'
import type { Tier } from './tier.ts'

/** Milliseconds of computing below which a result is not packed, and per MiB. */
const WORTH = { ms: 5, msPerMiB: 20 } as const
/** What reading one back costs: about a tenth. */
const READ = { ms: 0.5, msPerMiB: 2 } as const

/**
 * What has been computed, by key: tensors on the backend in `cache`, and behind it the tiers, fastest first, to which what
 * was dear to compute is written as soon as it is there. Evicted on the backend, lost with a device, or made by an earlier
 * session, it comes from there instead of being computed again.
 */
export class Results {
  readonly cache: Cache

  constructor(
    bytes: number,
    readonly backend: Backend,
    readonly tiers: readonly Tier[] = [],
  ) {
    this.cache = new Cache(bytes, (key, ms, size) => (this.#kept(key) ? Math.min(ms, readingBack(size)) : ms))
    for (const tier of tiers) tier.changed = (key) => this.cache.reprice(key)
  }

  /** Before `has`: what earlier sessions have left is known from here on. Never rejects. */
  async open(): Promise<void> {
    await Promise.all(this.tiers.map((tier) => tier.open()))
  }

  /** True when it need not be computed. */
  has(key: string): boolean {
    return this.cache.has(key) || this.#kept(key)
  }

  /** Brings it to the backend, where it stays as long as the budget or a pin lets it. False when it is nowhere. */
  async fetch(key: string): Promise<boolean> {
    if (this.cache.has(key)) return true
    for (const tier of this.tiers) {
      const found = await tier.load(key)
      if (found === undefined) continue
      const outputs = await unpack(found.packed, this.backend)
      if (outputs === undefined) {
        tier.forget(key)
        continue
      }
      this.cache.put(key, outputs, found.ms)
      return true
    }
    return false
  }

  /**
   * Takes over the outputs' tensors. Resolves when they have been read back, if they took at least `dear` ms and are worth it;
   * never rejects.
   */
  async add(key: string, outputs: Outputs, ms: number, dear = 0): Promise<void> {
    const missing = ms >= dear && worthKeeping(outputs, ms) ? this.tiers.filter((tier) => !tier.has(key)) : []
    // A cache that is too small for it may release it at once.
    const packed = missing.length > 0 ? await pack(outputs, this.backend).catch(() => undefined) : undefined
    this.cache.put(key, outputs, ms)
    if (packed !== undefined) for (const tier of missing) tier.save(key, packed, ms)
  }

  /** Forgets what is on the backend, and with `everywhere` also what the tiers keep. */
  async clear({ everywhere = false } = {}): Promise<void> {
    this.cache.clear()
    if (everywhere) await Promise.all(this.tiers.map((tier) => tier.clear()))
  }

  #kept(key: string): boolean {
    return this.tiers.some((tier) => tier.has(key))
  }

  /** Bytes that outlive this session: in the last tier, to which everything comes that any has. */
  get keptBytes(): number {
    return this.tiers.at(-1)?.bytes ?? 0
  }

  /** Resolves when everything that was added is written. */
  async settled(): Promise<void> {
    await Promise.all(this.tiers.map((tier) => tier.settled()))
  }
}

const readingBack = (bytes: number): number => READ.ms + (READ.msPerMiB * bytes) / 2 ** 20

function worthKeeping(outputs: Outputs, ms: number): boolean {
  const bytes = Object.values(outputs)
    .flatMap(tensorsOf)
    .reduce((sum, tensor) => sum + bytesOf(tensor), 0)
  return bytes > 0 && ms >= WORTH.ms && ms >= (WORTH.msPerMiB * bytes) / 2 ** 20
}
