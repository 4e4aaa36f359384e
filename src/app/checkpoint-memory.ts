import type { CheckpointStore } from '../../models/checkpoint/store.ts'
import type { MemoryNeed } from '../engine/events.ts'
import type { GraphDocument } from '../graph/document.ts'
import { flatten } from '../graph/groups/flatten.ts'
import type { LimitedRuntime } from '../onnx/limited.ts'
import { remember } from '../base/remember.ts'
import { cellsOf, memoryNeed } from './memory-need.ts'
import { nodes } from './registry.ts'

/** What the checkpoints of a graph take where the engine computes; worked out once for each size and limit. */
export class CheckpointMemory {
  readonly #worked = new Map<string, Promise<MemoryNeed>>()

  constructor(
    readonly checkpoints: CheckpointStore,
    readonly runtime: LimitedRuntime,
  ) {}

  limit(bytes: number | undefined): void {
    this.runtime.limit(bytes)
  }

  /** By choice. A checkpoint that is not here, or is none, is left out: its node says so. */
  async needs(document: GraphDocument): Promise<readonly (readonly [string, MemoryNeed])[]> {
    const signal = new AbortController().signal
    const found: (readonly [string, MemoryNeed])[] = []
    for (const choice of choices(document)) {
      const need = await this.#need(choice, document, signal).catch(() => undefined)
      if (need) found.push([choice, need])
    }
    return found
  }

  async #need(choice: string, document: GraphDocument, signal: AbortSignal): Promise<MemoryNeed> {
    const { id } = await this.checkpoints.identify(choice, signal)
    const folder = await this.checkpoints.folderOf(id, signal)
    const cells = cellsOf(folder, document)
    return remember(this.#worked, `${id} ${cells} ${this.runtime.capacity.memory}`, () =>
      memoryNeed(this.checkpoints.room, { id, folder, files: folder.files }, cells, signal),
    )
  }
}

/** The checkpoints that a document names. */
function choices(document: GraphDocument): ReadonlySet<string> {
  const named = flatten(document).document.nodes.flatMap(({ type, params }) =>
    Object.entries(nodes.get(type)?.params ?? {}).flatMap(([name, { widget }]) =>
      widget === 'checkpoint' ? [params[name]] : [],
    ),
  )
  return new Set(named.filter((choice) => typeof choice === 'string'))
}
