import { SvelteMap } from 'svelte/reactivity'
import { plainError, type PlainError } from '../../base/errors.ts'

/** A checkpoint that can be downloaded when a person asks for it. */
export interface PublishedCheckpoint {
  readonly id: string
  readonly name: string
  readonly about: string
  /** About so many. */
  readonly bytes: number
}

/** What a download would fetch. */
export interface DownloadOffer {
  readonly host: string
  readonly licence: string | undefined
  readonly files: number
  readonly bytes: number
  /** Of them, what is not here yet. */
  readonly missing: number
  /** Of them the embedding of the empty prompt, from another host; in its place, should that fail, so much more. */
  readonly prompt?: { readonly host: string; readonly bytes: number; readonly instead: number }
}

export interface DownloadProgress {
  readonly done: number
  readonly bytes: number
  readonly bytesPerSecond: number | undefined
  readonly secondsLeft: number | undefined
}

/** What downloads for the editor. All reject with AppErrors. */
export interface CheckpointDownloads {
  readonly published: readonly PublishedCheckpoint[]
  /** The ids of those that are here. */
  here(): Promise<ReadonlySet<string>>
  /** Asks the host for its list of files, and for nothing else. */
  offer(id: string): Promise<DownloadOffer>
  /** Goes on with what is here of it. Rejects with the signal's reason. */
  download(id: string, progress: (now: DownloadProgress) => void, signal: AbortSignal): Promise<void>
  remove(id: string): Promise<void>
}

export type DownloadState =
  | { readonly phase: 'asking' }
  | { readonly phase: 'offered'; readonly offer: DownloadOffer }
  | { readonly phase: 'running'; readonly stop: AbortController; readonly now: DownloadProgress | undefined }
  | { readonly phase: 'failed'; readonly error: PlainError }

/** The downloads of checkpoints, whichever node shows them. */
export class Downloads {
  /** Undefined until somebody wants to know. */
  here = $state.raw<ReadonlySet<string> | undefined>()
  readonly states = new SvelteMap<string, DownloadState>()
  #looking = false

  constructor(
    private readonly service: CheckpointDownloads | undefined,
    /** What is here has changed. */
    private readonly changed: () => void,
  ) {}

  get published(): readonly PublishedCheckpoint[] {
    return this.service?.published ?? []
  }

  /** Finds out what is here, once. */
  look(): void {
    if (this.#looking) return
    this.#looking = true
    void this.#look()
  }

  /** Asks what a download would fetch. */
  async ask(id: string): Promise<void> {
    if (!this.service || this.states.get(id)?.phase === 'running') return
    this.states.set(id, { phase: 'asking' })
    try {
      this.states.set(id, { phase: 'offered', offer: await this.service.offer(id) })
    } catch (error) {
      this.states.set(id, { phase: 'failed', error: plainError(error) })
    }
  }

  /** The person has seen what comes from where, and wants it. */
  async start(id: string): Promise<void> {
    if (!this.service || this.states.get(id)?.phase === 'running') return
    const stop = new AbortController()
    const show = (now: DownloadProgress | undefined): void => void this.states.set(id, { phase: 'running', stop, now })
    show(undefined)
    try {
      await this.service.download(id, show, stop.signal)
      this.states.delete(id)
      await this.#look()
      this.changed()
    } catch (error) {
      if (stop.signal.aborted) this.states.delete(id)
      else this.states.set(id, { phase: 'failed', error: plainError(error) })
    }
  }

  /** What has arrived is kept. */
  pause(id: string): void {
    const state = this.states.get(id)
    if (state?.phase === 'running') state.stop.abort()
  }

  dismiss(id: string): void {
    this.states.delete(id)
  }

  async remove(id: string): Promise<void> {
    try {
      await this.service?.remove(id)
      await this.#look()
      this.changed()
    } catch (error) {
      this.states.set(id, { phase: 'failed', error: plainError(error) })
    }
  }

  async #look(): Promise<void> {
    // A browser without a file system of its own has nothing here; a download then says why it cannot be.
    this.here = (await this.service?.here().catch(() => undefined)) ?? new Set()
  }
}
