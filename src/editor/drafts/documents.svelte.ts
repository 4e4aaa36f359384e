import { plainError, type AppError, type PlainError } from '../../base/errors.ts'
import { History } from '../../graph/history.ts'
import type { Problem } from '../../graph/problem.ts'
import type { ReadDocument } from '../../graph/validate.ts'
import { DRAFTS } from './text.ts'
import type { DocumentStore } from '../state/document-store.svelte.ts'
import { Journal } from './journal.ts'
import { takeLock } from './lock.ts'
import { FORMAT, type DocumentRow } from './records.ts'
import { recover } from './recover.ts'
import { show, type Showing } from './show.ts'
import type { DraftStorage } from './storage.ts'

/** Opening a document this often without the page seen to work means that it may be what ends it. */
const TRIES = 2
/** Milliseconds after which an opened page is taken to work. */
const SETTLED = 5_000

/** What the documents need of the editor. */
export interface DocumentsEditor extends Showing {
  readonly store: DocumentStore
  /** Reads a preset's text. */
  read(text: string): Promise<ReadDocument>
}

export interface Begun {
  /** A document that should not run by itself: it may be what has ended the page. */
  readonly careful: boolean
  /** Nothing was there: the given one was opened. */
  readonly fresh: boolean
}

interface Open {
  readonly journal: Journal | undefined
  readonly history: History
}

/** The document that is open, and what the browser keeps of it. */
export class Documents {
  /** What is to be known about keeping: a copy, a damaged end, no storage. */
  notice = $state.raw<PlainError | undefined>()
  #storage: DraftStorage | undefined
  #open: Open | undefined
  #made = ''

  constructor(
    readonly editor: DocumentsEditor,
    readonly locks: LockManager | undefined,
  ) {
    editor.store.recorder = (action) => this.#open?.journal?.record(action)
  }

  /**
   * Opens the document of last time, or the given one. Nothing is written before that is done, and of the given one not
   * before it is edited. `made` names the node types of this program.
   */
  async begin(open: () => Promise<DraftStorage>, made: string, welcome: ReadDocument): Promise<Begun> {
    this.#made = made
    try {
      this.#storage = await open()
      await this.#storage.tidy()
      const rows = (await this.#storage.list()).filter((row) => row.closed === undefined)
      for (const row of rows) {
        const begun = await this.#resume(row)
        if (begun) return begun
      }
    } catch (error) {
      this.notice = plainError(error)
    }
    const row = newRow()
    await this.#lock(row)
    this.#start(row, new History(welcome.document), welcome.problems)
    return { careful: false, fresh: true }
  }

  /** Writes what waits. */
  flush(): Promise<void> {
    return this.#open?.journal?.flush() ?? Promise.resolve()
  }

  /** Writes the document as it is. Returns whether it is on the disk. */
  async keep(): Promise<boolean> {
    return (await this.#open?.journal?.keep()) ?? false
  }

  /** The page ends in order: it did not fail by what was open. */
  leave(): void {
    const journal = this.#open?.journal
    void journal?.flush()
    if (journal && journal.row.tries > 0 && journal.row.changed > 0) void this.#settle(journal)
  }

  /** One document of the storage, where it can be had. */
  async #resume(row: DocumentRow): Promise<Begun | undefined> {
    if (row.format > FORMAT) {
      this.notice = DRAFTS.newer(row.title)
      return undefined
    }
    const release = await this.#lock(row)
    try {
      const stored = await this.#storage?.load(row.id)
      if (!stored) return undefined
      const careful = release !== undefined && row.tries >= TRIES
      const mine = release ? { ...row, tries: row.tries + 1 } : newRow()
      if (release) await this.#storage?.put(mine)
      else await this.#lock(mine)
      const { history, problems, shortened, seq, slots } = await recover(stored, this.#made, (text) =>
        this.editor.read(text),
      )
      this.notice = release ? (shortened ? DRAFTS.shortened(row.title) : undefined) : DRAFTS.copy(row.title)
      if (careful) this.notice = DRAFTS.careful(row.title)
      const journal = this.#start(mine, history, problems, release ? { seq, slots } : undefined)
      if (release && journal) setTimeout(() => void this.#settle(journal), SETTLED)
      return { careful, fresh: false }
    } catch (error) {
      // It stays where it is; another time, or another version, may read it.
      release?.()
      this.notice = plainError(error)
      return undefined
    }
  }

  #start(
    row: DocumentRow,
    history: History,
    problems: readonly Problem[],
    written: { readonly seq: number; readonly slots: readonly [number, number] } = { seq: 0, slots: [0, 0] },
  ): Journal | undefined {
    const trouble = (error: AppError | undefined) => {
      if (error) this.notice = plainError(error)
      else if (this.notice?.code.startsWith('storage/unavailable')) this.notice = undefined
    }
    const journal =
      this.#storage && new Journal(this.#storage, row, () => history, { made: this.#made, ...written, trouble })
    this.#open = { journal, history }
    show(this.editor, history, problems)
    return journal
  }

  /** One page at a time writes a document. */
  #lock({ id }: DocumentRow): Promise<(() => void) | undefined> {
    return takeLock(`marigold-nodes/${id}`, this.locks)
  }

  async #settle(journal: Journal): Promise<void> {
    if (journal.row.tries === 0) return
    journal.row = { ...journal.row, tries: 0 }
    await this.#storage?.put(journal.row).catch(() => undefined)
  }
}

const newRow = (): DocumentRow => ({ id: crypto.randomUUID(), format: FORMAT, title: '', changed: 0, tries: 0 })
