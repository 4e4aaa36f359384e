import { SvelteMap } from 'svelte/reactivity'
import { AppError, plainError, type PlainError } from '../../base/errors.ts'

/** A checkpoint that can be downloaded when a person asks for it. */
export interface PublishedCheckpoint {
  readonly id: string
  readonly name: string
  readonly about: string
  /** About so many; undefined where only the host knows. */
  readonly bytes: number | undefined
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
  /** The id under which graphs name a repository of the Hub, `owner/name` or `owner/name@revision`; undefined for other words. */
  named(text: string): string | undefined
  /** Asks the host for its list of files, and for nothing else. Of a revision the id names the commit, which does not move. */
  offer(id: string): Promise<{ readonly id: string; readonly offer: DownloadOffer }>
  /** Goes on with what is here of it. Rejects with the signal's reason. */
  download(id: string, progress: (now: DownloadProgress) => void, signal: AbortSignal): Promise<void>
}

export type DownloadState =
  | { readonly phase: 'asking' }
  | { readonly phase: 'offered'; readonly offer: DownloadOffer }
  | { readonly phase: 'running'; readonly stop: AbortController; readonly now: DownloadProgress | undefined }
  | { readonly phase: 'failed'; readonly error: PlainError }

/** The downloads of checkpoints as they go on, whichever node shows them. */
export class Downloads {
  readonly states = new SvelteMap<string, DownloadState>()

  constructor(
    private readonly service: CheckpointDownloads | undefined,
    /** Another one is here. */
    private readonly arrived: () => Promise<void>,
  ) {}

  get published(): readonly PublishedCheckpoint[] {
    return this.service?.published ?? []
  }

  /** What can be downloaded under an id; undefined where it names nothing of the kind. */
  remote(id: string): PublishedCheckpoint | undefined {
    const row = this.published.find((one) => one.id === id)
    if (row || this.service?.named(id) !== id) return row
    return { id, name: id, about: `${id} on the Hugging Face Hub.`, bytes: undefined }
  }

  /** The id of a repository that a person typed. Throws `checkpoint/bad-name`. */
  named(text: string): string {
    const id = this.service?.named(text)
    if (id !== undefined) return id
    throw new AppError('checkpoint/bad-name', `${JSON.stringify(text.trim())} is no repository of the Hub.`, {
      fix: 'Type owner/name, as in prs-eth/marigold-depth-v1-1, and @revision for another than main.',
    })
  }

  /** Asks what a download would fetch, and resolves to the id under which it is offered; undefined when that failed. */
  async ask(id: string): Promise<string | undefined> {
    if (!this.service || this.states.get(id)?.phase === 'running') return undefined
    this.states.set(id, { phase: 'asking' })
    try {
      const offered = await this.service.offer(id)
      this.states.delete(id)
      this.states.set(offered.id, { phase: 'offered', offer: offered.offer })
      return offered.id
    } catch (error) {
      this.states.set(id, { phase: 'failed', error: plainError(error) })
      return undefined
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
      await this.arrived()
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
}
