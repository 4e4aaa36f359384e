import { AppError } from '../../src/base/errors.ts'
import type { Facts } from '../../src/base/facts.ts'
import { remember } from '../../src/base/remember.ts'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import type { CheckpointFiles } from '../../src/weights/files.ts'
import type { Checkpoint, CheckpointConfig, Checkpoints } from './checkpoint.ts'
import { contentId, readFolder, type CheckpointFolder } from './folder.ts'
import { OpenedCheckpoint, preferredVariant, type OpenOptions } from './opened.ts'
import { Room } from './room.ts'

/** Where a checkpoint choice leads. */
export interface LocatedCheckpoint {
  readonly name: string
  readonly files: CheckpointFiles
  /** A content id that is known without reading the files, from hashes in the catalogue. */
  readonly id?: string
}

/** Finds the files of a catalogue id, or of a folder that the person gave. Undefined when there is no such choice. */
export type LocateCheckpoint = (choice: string, signal: AbortSignal) => Promise<LocatedCheckpoint | undefined>

/** Opened checkpoints that keep their sessions: comparing two should not upload weights again and again. */
const kept = 2

/** What plans are checked by. */
export const checkpointFacts = (name: string, { model }: CheckpointConfig): Facts => ({
  name,
  ...(model && { predicts: model.predicts.modality }),
})

/** Checkpoints over a way to find their files and a runtime to run them on. */
export class CheckpointStore implements Checkpoints {
  readonly #located = new Map<string, Promise<Identified & Stamped>>()
  readonly #known = new Map<string, Known>()
  readonly #opened = new Map<string, OpenedCheckpoint>()
  /** Those that may have sessions, least recently used first. */
  readonly #recent = new Set<string>()
  /** The memory that their sessions share. */
  readonly room: Room

  constructor(
    readonly locate: LocateCheckpoint,
    readonly runtime: OnnxRuntime,
    readonly options: OpenOptions = {},
  ) {
    this.room = options.room ?? new Room(runtime)
  }

  /** Reads a choice once, and again when its folder on the disk has changed. */
  async identify(choice: string, signal: AbortSignal): Promise<Identified> {
    const before = this.#located.get(choice)
    if (before !== undefined) {
      const { files, stamp } = await before
      const changed = (await files.stamp?.()) !== stamp
      if (changed && this.#located.get(choice) === before) this.forget(choice)
    }
    const { id, name } = await remember(this.#located, choice, () => this.#identify(choice, signal))
    return { id, name }
  }

  /** `name` of a content id that `identify` gave, and what it `predicts`, unless it is a VAE alone. */
  factsOf(id: string): Facts | undefined {
    return this.#known.get(id)?.facts
  }

  async open(id: string, signal: AbortSignal): Promise<Checkpoint> {
    const known = this.#expect(id)
    const opened = this.#opened.get(id) ?? (await this.#open(id, known.files, signal))
    this.#opened.set(id, opened)
    this.#recent.delete(id)
    this.#recent.add(id)
    for (const other of this.#recent) {
      if (this.#recent.size <= kept) break
      this.#recent.delete(other)
      await this.#opened.get(other)?.close()
    }
    return opened
  }

  /** The configs of a content id that `identify` gave. Errors: `checkpoint/unknown`, and those of `readFolder`. */
  folderOf(id: string, signal: AbortSignal): Promise<CheckpointFolder> {
    return readFolder(this.#expect(id).files, signal)
  }

  /** Frees all sessions. */
  async close(): Promise<void> {
    this.#recent.clear()
    await Promise.all([...this.#opened.values()].map((checkpoint) => checkpoint.close()))
  }

  /** Forgets a choice whose files may have changed, so that it is read again. */
  forget(choice: string): void {
    this.#located.delete(choice)
  }

  #expect(id: string): Known {
    const known = this.#known.get(id)
    if (known) return known
    throw new AppError('checkpoint/unknown', `No checkpoint with the content id ${id} is here.`, {
      fix: 'Choose the checkpoint again.',
    })
  }

  async #identify(choice: string, signal: AbortSignal): Promise<Identified & Stamped> {
    const located = await this.locate(choice, signal)
    if (!located) {
      throw new AppError('checkpoint/unknown', `There is no checkpoint ${JSON.stringify(choice)}.`, {
        fix: 'Choose one of the list, or give a folder in the diffusers layout.',
      })
    }
    const stamp = await located.files.stamp?.()
    const variant = preferredVariant(this.runtime, this.options)
    const folder = await readFolder(located.files, signal)
    const content = located.id ?? (await contentId(folder, variant, signal))
    const id = `${content}-${variant}`
    this.#known.set(id, { files: located.files, facts: checkpointFacts(located.name, folder.config) })
    this.#opened.get(id)?.readFrom(located.files)
    return { id, name: located.name, files: located.files, stamp }
  }

  async #open(id: string, files: CheckpointFiles, signal: AbortSignal): Promise<OpenedCheckpoint> {
    const options = { ...this.options, room: this.room }
    const opened = new OpenedCheckpoint(id, await readFolder(files, signal), this.runtime, options)
    opened.prefetch(signal)
    return opened
  }
}

interface Known {
  readonly files: CheckpointFiles
  readonly facts: Facts
}

interface Identified {
  readonly id: string
  readonly name: string
}

/** What was read, and how the folder was then. */
interface Stamped {
  readonly files: CheckpointFiles
  readonly stamp: string | undefined
}
