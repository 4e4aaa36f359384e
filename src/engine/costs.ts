import type { Json, JsonObject } from '../base/json.ts'
import { tensorsOf } from '../node/values.ts'
import { bytesOf } from '../tensor/tensor.ts'
import type { PlannedNode } from './resolve.ts'
import type { Outputs } from './results/cache.ts'

/** Keeps what was learned on a device for later sessions. Neither needs to work: then it is learned again. */
export interface CostFile {
  read(): Promise<Json | undefined>
  write(costs: Json): Promise<void>
}

/** What one member of a node takes: milliseconds for each unit of work, and how many units the last one was. */
interface Learned {
  readonly rate: number
  readonly bytes: number
}

/**
 * What computing takes on this device, from what it took lately. A member's work is the bytes of its outputs times what the
 * node says of its parameters (steps). How large a member will be is only known of one that was made: of the same node
 * where there is one, else of the type.
 */
export class Costs {
  readonly #types = new Map<string, Learned>()
  /** Bytes of the last member of a node of the document. */
  readonly #bytes = new Map<string, number>()
  readonly #file: CostFile | undefined
  #opened: Promise<void> | undefined

  constructor(file?: CostFile) {
    this.#file = file
  }

  /** Before the first estimate. Never rejects. */
  open(): Promise<void> {
    return (this.#opened ??= this.#open())
  }

  /** Milliseconds for one member, as far as this device has shown. */
  ms(node: PlannedNode): number | undefined {
    const learned = this.#types.get(node.definition.type)
    return learned && learned.rate * workOf(node) * (this.#bytes.get(node.id) ?? learned.bytes)
  }

  /** One member took `ms`. */
  add(node: PlannedNode, outputs: Outputs, ms: number): void {
    // A sink makes nothing: its work is what it is given, which is of one size in most graphs.
    const bytes = Math.max(
      1,
      Object.values(outputs)
        .flatMap(tensorsOf)
        .reduce((sum, tensor) => sum + bytesOf(tensor), 0),
    )
    const rate = ms / (workOf(node) * bytes)
    const before = this.#types.get(node.definition.type)?.rate ?? rate
    // The first time of a type has the loading of its model in it: what is faster is believed sooner.
    this.#types.set(node.definition.type, { rate: before + (rate < before ? 0.7 : 0.3) * (rate - before), bytes })
    this.#bytes.set(node.id, bytes)
  }

  async save(): Promise<void> {
    const costs: JsonObject = Object.fromEntries(
      [...this.#types].map(([type, { rate, bytes }]) => [type, [rate, bytes]]),
    )
    await this.#file?.write(costs).catch(() => undefined)
  }

  async #open(): Promise<void> {
    const costs = await this.#file?.read().catch(() => undefined)
    if (typeof costs !== 'object' || costs === null || Array.isArray(costs)) return
    for (const [type, learned] of Object.entries(costs)) {
      const [rate, bytes] = Array.isArray(learned) ? (learned as readonly Json[]) : []
      const good = typeof rate === 'number' && rate >= 0 && typeof bytes === 'number' && bytes >= 1
      if (good && !this.#types.has(type)) this.#types.set(type, { rate, bytes })
    }
  }
}

const workOf = ({ definition, params }: PlannedNode): number => {
  const work = definition.work?.(params as never) ?? 1
  return Number.isFinite(work) && work > 0 ? work : 1
}
