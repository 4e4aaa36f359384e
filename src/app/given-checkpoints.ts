import type { LocatedCheckpoint } from '../../models/checkpoint/store.ts'
import type { CheckpointRow } from '../engine/client.ts'
import { pickedFolder } from '../weights/picked-folder.ts'

/** Checkpoint folders that a person gave, by the id that a document has for them. */
export class GivenCheckpoints {
  readonly #folders = new Map<string, LocatedCheckpoint>()

  /**
   * Keeps a folder, in place of another of this id, when `check` finds that it is a checkpoint; until then it is found as
   * well. Throws what `check` throws.
   */
  async give(
    id: string,
    name: string,
    files: ReadonlyMap<string, Blob>,
    check: (id: string) => Promise<unknown>,
  ): Promise<CheckpointRow> {
    const before = this.#folders.get(id)
    const folder = { name, files: pickedFolder(name, files) }
    this.#folders.set(id, folder)
    try {
      await check(id)
    } catch (error) {
      if (this.#folders.get(id) === folder) {
        if (before) this.#folders.set(id, before)
        else this.#folders.delete(id)
      }
      throw error
    }
    const bytes = [...files.values()].reduce((sum, { size }) => sum + size, 0)
    return { id, name, about: 'A folder of yours. It stays on this machine.', bytes }
  }

  /** Undefined for what was not given. */
  locate(id: string): LocatedCheckpoint | undefined {
    return this.#folders.get(id)
  }
}
