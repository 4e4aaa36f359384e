import type { AppError } from '../../base/errors.ts'
import type { History, HistoryAction } from '../../graph/history.ts'
import { serialize } from '../../graph/serialize.ts'
import { packed } from './recover.ts'
import { seal, type DocumentRow, type JournalRow, type SnapshotRow, type VersionRow } from './records.ts'
import type { Spill } from './spill.ts'
import type { DraftStorage } from './storage.ts'

/** Milliseconds between an edit and its write, at most. */
export const THROTTLE = 200
/** Commands between two snapshots. */
const SNAPSHOT_EACH = 200
/** Milliseconds until a failed write is tried again. */
const RETRY = 10_000
/** Milliseconds between two versions that can be gone back to. */
const VERSION_EACH = 5 * 60_000

export interface JournalOptions {
  /** What its document's undo steps depend on, see `SnapshotRow.made`. */
  readonly made: string
  /** The last number that was used, and where each slot's snapshot ends (0: none). */
  readonly seq: number
  readonly slots: readonly [number, number]
  /** What the last write failed of; undefined once one has succeeded again. */
  readonly trouble: (error: AppError | undefined) => void
}

/** Writes what happens to one document: a little at a time, and all of it now and then. */
export class Journal {
  #pending: HistoryAction[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Actions since the last snapshot; infinite while there is none, or something before could not be written. */
  #since = Infinity
  #seq: number
  readonly #slots: [number, number]
  #version = 0
  /** What was not seen to be on the disk: the last snapshot, where it is one of it, and what came after. */
  #unsure: { readonly snapshot?: SnapshotRow; readonly journal: readonly JournalRow[] } = { journal: [] }
  #failed = false
  #ended = false

  constructor(
    readonly storage: DraftStorage,
    public row: DocumentRow,
    readonly history: () => History,
    readonly options: JournalOptions,
  ) {
    this.#seq = options.seq
    this.#slots = [...options.slots]
  }

  record(action: HistoryAction): void {
    if (this.#ended) return
    this.#pending.push(action)
    this.#timer ??= setTimeout(() => void this.flush(), this.#failed ? RETRY : THROTTLE)
  }

  /** Writes what waits, at once. Resolves when it is on the disk or has failed; it never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#pending.length > 0) await this.#write()
  }

  /** Writes everything as it is. Returns whether it is on the disk. */
  async keep(change: Partial<DocumentRow> = {}): Promise<boolean> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.row = { ...this.row, ...change }
    this.#since = Infinity
    await this.#write()
    return !this.#failed
  }

  /** What the next page must have should nothing of the writes that go on come through. */
  spill(): Omit<Spill, 'left'> & { readonly empty: boolean } {
    const { snapshot, journal } = this.#unsure
    return { row: this.row, ...this.#unsure, empty: snapshot === undefined && journal.length === 0 }
  }

  /** Writes nothing any more. */
  end(): void {
    this.#ended = true
    clearTimeout(this.#timer)
  }

  async #write(): Promise<void> {
    const actions = this.#pending
    this.#pending = []
    const { document } = this.history()
    this.row = { ...this.row, title: document.title, changed: Date.now() }
    this.#since += actions.length
    const seq = ++this.#seq
    try {
      if (this.#since >= SNAPSHOT_EACH) await this.#snapshot(seq)
      else await this.#append({ id: this.row.id, seq, ...seal(JSON.stringify(actions)) })
      this.#failed = false
      this.options.trouble(undefined)
    } catch (error) {
      this.#failed = true
      // What could not be written is in the next snapshot.
      this.#since = Infinity
      if (this.#ended) return
      this.#timer ??= setTimeout(() => void this.keep(), RETRY)
      this.options.trouble(error as AppError)
    }
  }

  async #append(entry: JournalRow): Promise<void> {
    this.#unsure = { ...this.#unsure, journal: [...this.#unsure.journal, entry] }
    await this.storage.append(this.row, entry)
    this.#unsure = { ...this.#unsure, journal: this.#unsure.journal.filter((other) => other !== entry) }
  }

  async #snapshot(seq: number): Promise<void> {
    const { id, title } = this.row
    // The older one: should this write be cut off, the newer one is whole.
    const slot = this.#slots[0] <= this.#slots[1] ? 0 : 1
    const other = Math.max(...this.#slots)
    const history = this.history()
    const at = Date.now()
    const due = at - this.#version >= VERSION_EACH
    this.#since = 0
    const snapshot: SnapshotRow = { id, slot, seq, made: this.options.made, ...seal(packed(history)) }
    const version: VersionRow | undefined = due ? { id, at, title, ...seal(serialize(history.document)) } : undefined
    this.#unsure = { snapshot, journal: [] }
    await this.storage.snapshot(this.row, snapshot, other, version)
    if (this.#unsure.snapshot === snapshot) this.#unsure = { journal: this.#unsure.journal }
    this.#slots[slot] = seq
    if (due) this.#version = at
  }
}
