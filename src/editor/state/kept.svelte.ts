import { SvelteMap } from 'svelte/reactivity'
import { plainError, type PlainError } from '../../base/errors.ts'
import type { GivenFolder } from '../../engine/client.ts'

/** A checkpoint that is kept in this browser, by the id under which graphs name it. */
export interface KeptCheckpoint {
  readonly id: string
  readonly name: string
  readonly bytes: number
  /** False of a copy that was cut off, which is not used. */
  readonly whole: boolean
}

export interface KeptProgress {
  readonly done: number
  readonly bytes: number
}

/** What keeps checkpoints for the editor: downloads, and copies of folders. All reject with AppErrors. */
export interface KeptCheckpoints {
  list(): Promise<readonly KeptCheckpoint[]>
  /** Hashes a download again; resolves to the paths of what was damaged, which is not used any more. */
  verify(id: string, progress: (now: KeptProgress) => void, signal: AbortSignal): Promise<readonly string[]>
  /** Copies a person's folder; until it is whole nothing of it is used. */
  copyIn(folder: GivenFolder, progress: (now: KeptProgress) => void, signal: AbortSignal): Promise<void>
  remove(id: string): Promise<void>
}

export type KeptState =
  | {
      readonly phase: 'running'
      readonly what: 'verify' | 'copy'
      readonly stop: AbortController
      readonly now: KeptProgress | undefined
    }
  | { readonly phase: 'verified' }
  | { readonly phase: 'damaged'; readonly files: readonly string[] }
  | { readonly phase: 'failed'; readonly error: PlainError }

/** The checkpoints that are kept, whichever node shows them. */
export class Kept {
  /** Undefined until somebody wants to know. */
  here = $state.raw<ReadonlyMap<string, KeptCheckpoint> | undefined>()
  readonly states = new SvelteMap<string, KeptState>()
  /** Folders that the person gave on this visit, which can be copied. */
  readonly given = new SvelteMap<string, GivenFolder>()
  #looking = false

  constructor(
    private readonly service: KeptCheckpoints | undefined,
    /** What is here has changed. */
    private readonly changed: () => void,
  ) {}

  /** Finds out what is here, once. */
  look(): void {
    if (this.#looking) return
    this.#looking = true
    void this.#look()
  }

  async verify(id: string): Promise<void> {
    const damaged = await this.#run(id, 'verify', (service, show, signal) => service.verify(id, show, signal))
    if (damaged === undefined) return
    this.states.set(id, damaged.length === 0 ? { phase: 'verified' } : { phase: 'damaged', files: damaged })
    if (damaged.length > 0) await this.renew()
  }

  async copy(id: string): Promise<void> {
    const folder = this.given.get(id)
    if (!folder) return
    const copied = await this.#run(id, 'copy', async (service, show, signal) => {
      await service.copyIn(folder, show, signal)
      return true
    })
    if (copied === undefined) return
    this.states.delete(id)
    await this.renew()
  }

  stop(id: string): void {
    const state = this.states.get(id)
    if (state?.phase === 'running') state.stop.abort()
  }

  dismiss(id: string): void {
    this.states.delete(id)
  }

  async remove(id: string): Promise<void> {
    try {
      await this.service?.remove(id)
      this.states.delete(id)
    } catch (error) {
      this.states.set(id, { phase: 'failed', error: plainError(error) })
    }
    await this.renew()
  }

  /** Something has come or gone. */
  async renew(): Promise<void> {
    this.#looking = true
    await this.#look()
    this.changed()
  }

  async #look(): Promise<void> {
    // A browser without a file system of its own has nothing here; a download then says why it cannot be.
    const rows = (await this.service?.list().catch(() => undefined)) ?? []
    this.here = new Map(rows.map((row) => [row.id, row]))
  }

  /** Undefined when it failed, was stopped, or runs already. */
  async #run<T>(
    id: string,
    what: 'verify' | 'copy',
    task: (service: KeptCheckpoints, show: (now: KeptProgress) => void, signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    if (!this.service || this.states.get(id)?.phase === 'running') return undefined
    const stop = new AbortController()
    const show = (now?: KeptProgress): void => void this.states.set(id, { phase: 'running', what, stop, now })
    show()
    try {
      return await task(this.service, show, stop.signal)
    } catch (error) {
      if (stop.signal.aborted) this.states.delete(id)
      else this.states.set(id, { phase: 'failed', error: plainError(error) })
      return undefined
    }
  }
}
