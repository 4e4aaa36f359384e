import { plainError, type AppError, type PlainError } from '../../base/errors.ts'
import { History } from '../../graph/history.ts'
import type { Problem } from '../../graph/problem.ts'
import type { ReadDocument } from '../../graph/validate.ts'
import type { DocumentStore } from '../state/document-store.svelte.ts'
import { Journal } from './journal.ts'
import { takeLock } from './lock.ts'
import { FORMAT, whole, type DocumentRow, type VersionRow } from './records.ts'
import { recover } from './recover.ts'
import { show, type Showing } from './show.ts'
import { absorb, Spills } from './spill.ts'
import type { DraftStorage } from './storage.ts'
import { DRAFTS } from './text.ts'

/** Opening a document this often without the page seen to work means that it may be what ends it. */
const TRIES = 2
/** Milliseconds after which an opened page is taken to work. */
const SETTLED = 5_000

/** What the documents need of the editor. */
export interface DocumentsEditor extends Showing {
  readonly store: DocumentStore
  /** Reads a preset's text. */
  read(text: string): Promise<ReadDocument>
  readonly runs: {
    /** What was computed of the document that is shown is kept, the rest is not wanted. */
    leave(): void
    /** Shows what runs when it is edited or when Run is pressed, not by itself. */
    withhold<T>(change: () => T): T
  }
}

export interface Begun {
  /** A document that should not run by itself: it may be what has ended the page. */
  readonly careful: boolean
  /** Nothing was there: the given one was opened. */
  readonly fresh: boolean
}

/** A document with its history in memory. */
interface Session {
  readonly id: string
  readonly history: History
  readonly problems: readonly Problem[]
  readonly journal: Journal | undefined
  /** Made by somebody else and not worked on yet. */
  held: boolean
  /** Given by the program and not worked on yet: another takes its place. */
  untouched: boolean
}

export interface Tab {
  readonly id: string
  readonly title: string
}

/** The documents that are open, one of them shown, and what the browser keeps of them. */
export class Documents {
  /** In the order in which they were opened. */
  tabs = $state.raw<readonly Tab[]>([])
  active = $state('')
  /** What was closed last, while it can be taken back. */
  closed = $state.raw<Tab | undefined>()
  /** What is to be known about keeping: a copy, a damaged end, no storage. */
  notice = $state.raw<PlainError | undefined>()
  /** Told once that there is something of the person's to keep. */
  firstEdit: (() => void) | undefined
  #storage: DraftStorage | undefined
  readonly #sessions = new Map<string, Session>()
  #made = ''
  #welcome: ReadDocument | undefined

  constructor(
    readonly editor: DocumentsEditor,
    readonly locks: LockManager | undefined,
    readonly spills = new Spills(undefined),
  ) {
    editor.store.recorder = (action) => {
      const session = this.#shown()
      if (!session) return
      session.held = false
      session.untouched = false
      session.journal?.record(action)
      this.firstEdit?.()
      this.firstEdit = undefined
    }
    editor.store.onChange(({ title }) => this.#title(this.active, title))
  }

  /**
   * Opens the documents of last time, or the given one. Nothing is written before that is done, and of the given one not
   * before it is edited. `made` names the node types of this program.
   */
  async begin(open: () => Promise<DraftStorage>, made: string, welcome: ReadDocument): Promise<Begun> {
    this.#made = made
    this.#welcome = welcome
    try {
      this.#storage = await open()
      await this.#absorb(this.#storage)
      await this.#storage.tidy()
      const rows = (await this.#storage.list()).filter((row) => row.closed === undefined)
      const mine: DocumentRow[] = []
      for (const row of rows) {
        if (row.format > FORMAT) this.notice = DRAFTS.newer(row.title)
        else if (await this.#lock(row.id)) mine.push(row)
      }
      this.tabs = [...mine].sort((a, b) => a.opened - b.opened).map(({ id, title }) => ({ id, title }))
      for (const row of mine) {
        const begun = await this.#resume(row, false)
        if (begun) return begun
      }
      for (const row of rows.filter(({ format }) => format <= FORMAT)) {
        const begun = mine.includes(row) ? undefined : await this.#resume(row, true)
        if (begun) return begun
      }
    } catch (error) {
      this.notice = plainError(error)
    }
    await this.#add(welcome, { untouched: true })
    return { careful: false, fresh: true }
  }

  /** Opens what was read beside the others; it does not run by itself. An untouched welcome graph makes room. */
  async open(read: ReadDocument): Promise<void> {
    this.closed = undefined
    this.#leaveShown()
    await this.#add(read, { held: true })
    await this.#shown()?.journal?.keep()
  }

  /** Shows another of the tabs. */
  async activate(id: string): Promise<void> {
    if (id === this.active || !this.tabs.some((tab) => tab.id === id)) return
    this.closed = undefined
    this.#leaveShown()
    const session = this.#sessions.get(id)
    if (session) return this.#show(session)
    const row = (await this.#storage?.list())?.find((candidate) => candidate.id === id)
    if (!row || !(await this.#resume(row, false))) this.tabs = this.tabs.filter((tab) => tab.id !== id)
  }

  /** Closes a tab; `reopen` brings it back with what can be undone of it. The last one makes room for the welcome graph. */
  async close(id: string): Promise<void> {
    const at = this.tabs.findIndex((tab) => tab.id === id)
    const tab = this.tabs[at]
    if (!tab) return
    if (id !== this.active && !this.#sessions.has(id)) await this.activate(id)
    const session = this.#sessions.get(id)
    const neighbour = this.tabs[at + 1] ?? this.tabs[at - 1]
    if (id === this.active && neighbour) await this.activate(neighbour.id)
    this.tabs = this.tabs.filter((other) => other.id !== id)
    if (session && !session.untouched) {
      void session.journal?.keep({ closed: Date.now() })
      this.closed = { id, title: session.history.document.title }
    }
    if (this.tabs.length > 0 || !this.#welcome) return
    this.#leaveShown()
    await this.#add(this.#welcome, { untouched: true })
  }

  /** Opens a document that was closed. */
  async reopen(id: string): Promise<void> {
    this.closed = undefined
    this.#leaveShown()
    const session = this.#sessions.get(id)
    const row = (await this.#storage?.list())?.find((candidate) => candidate.id === id)
    if (session) {
      this.tabs = [...this.tabs, { id, title: session.history.document.title }]
      this.#show(session)
    } else if (row) {
      const mine = await this.#lock(id)
      if (mine) this.tabs = [...this.tabs, { id, title: row.title }]
      await this.#resume(row, !mine)
    }
    await this.#shown()?.journal?.keep({ closed: undefined })
  }

  /** Documents that were closed, the last first. */
  async closedOnes(): Promise<readonly DocumentRow[]> {
    const rows = (await this.#storage?.list().catch(() => [])) ?? []
    return rows
      .filter(({ closed, format }) => closed !== undefined && format <= FORMAT)
      .sort((a, b) => (b.closed ?? 0) - (a.closed ?? 0))
  }

  /** Earlier states of the document that is shown, the last first. */
  async versions(): Promise<readonly VersionRow[]> {
    const versions = (await this.#storage?.versions(this.active).catch(() => [])) ?? []
    return versions.filter(whole)
  }

  /** Writes what waits. */
  flush(): Promise<void> {
    return this.#shown()?.journal?.flush() ?? Promise.resolve()
  }

  /**
   * The page may be ended without another word, or (`left`) ends in order: what waits is written, and spilled until it is
   * seen to be on the disk.
   */
  async hide(left = false): Promise<void> {
    const journals = [...this.#sessions.values()].flatMap(({ journal }) => journal ?? [])
    const writes = journals.map((journal) => journal.flush())
    for (const journal of journals) {
      const { empty, ...spill } = journal.spill()
      if (!empty || (left && spill.row.tries > 0)) this.spills.write({ ...spill, left })
    }
    if (left) writes.push(...journals.map((journal) => this.#settle(journal)))
    await Promise.all(writes)
    for (const journal of journals) {
      const { empty, row } = journal.spill()
      if (empty && !(left && row.tries > 0)) this.spills.forget(row.id)
    }
  }

  /** Writes the document as it is. Returns whether it is on the disk. */
  async keep(): Promise<boolean> {
    return (await this.#shown()?.journal?.keep()) ?? false
  }

  #shown(): Session | undefined {
    return this.#sessions.get(this.active)
  }

  #leaveShown(): void {
    const session = this.#shown()
    if ([...this.editor.run.nodes.values()].some(({ phase }) => phase === 'done') && session) session.held = false
    this.editor.runs.leave()
    void session?.journal?.flush()
  }

  #title(id: string, title: string): void {
    if (this.tabs.some((tab) => tab.id === id && tab.title !== title))
      this.tabs = this.tabs.map((tab) => (tab.id === id ? { id, title } : tab))
  }

  #show(session: Session): void {
    this.active = session.id
    const shown = (): void => show(this.editor, session.history, session.problems)
    if (session.held) this.editor.runs.withhold(shown)
    else shown()
  }

  /** A document that was kept: this page's own, or a copy of one that another page has. */
  async #resume(row: DocumentRow, copy: boolean): Promise<Begun | undefined> {
    try {
      const stored = await this.#storage?.load(row.id)
      if (!stored) return undefined
      const careful = !copy && row.tries >= TRIES
      const mine = copy ? newRow() : { ...row, tries: row.tries + 1 }
      if (copy) await this.#lock(mine.id)
      else await this.#storage?.put(mine)
      const { history, problems, shortened, seq, slots } = await recover(stored, this.#made, (text) =>
        this.editor.read(text),
      )
      if (copy) this.notice = DRAFTS.copy(row.title)
      else if (careful) this.notice = DRAFTS.careful(row.title)
      else if (shortened) this.notice = DRAFTS.shortened(row.title)
      const session = this.#session(mine, history, problems, copy ? undefined : { seq, slots })
      if (copy) this.tabs = [...this.tabs, { id: mine.id, title: row.title }]
      const { journal } = session
      if (!copy && journal) setTimeout(() => void this.#settle(journal), SETTLED)
      this.#show(session)
      return { careful, fresh: false }
    } catch (error) {
      // It stays where it is; another time, or another version, may read it.
      this.tabs = this.tabs.filter((tab) => tab.id !== row.id)
      this.notice = plainError(error)
      return undefined
    }
  }

  /** Shows a document that is not kept yet. */
  async #add({ document, problems }: ReadDocument, as: Partial<Session>): Promise<void> {
    const row = newRow()
    await this.#lock(row.id)
    const before = this.#shown()
    const stay = this.tabs.filter(({ id }) => !before?.untouched || id !== before.id)
    this.tabs = [...stay, { id: row.id, title: document.title }]
    this.#show(Object.assign(this.#session(row, new History(document), problems), as))
  }

  #session(
    row: DocumentRow,
    history: History,
    problems: readonly Problem[],
    written: { readonly seq: number; readonly slots: readonly [number, number] } = { seq: 0, slots: [0, 0] },
  ): Session {
    const trouble = (error: AppError | undefined) => {
      if (error) this.notice = plainError(error)
      else if (this.notice?.code === 'storage/unavailable') this.notice = undefined
    }
    const options = { made: this.#made, ...written, trouble }
    const journal = this.#storage && new Journal(this.#storage, row, () => history, options)
    const session: Session = { id: row.id, history, problems, journal, held: false, untouched: false }
    this.#sessions.set(row.id, session)
    return session
  }

  /** What pages that are gone could not write. */
  async #absorb(storage: DraftStorage): Promise<void> {
    for (const spill of this.spills.all()) {
      const { id } = spill.row
      const release = await takeLock(lockOf(id), this.locks)
      if (!release) continue
      await absorb(spill, storage)
      this.spills.forget(id)
      release()
    }
  }

  /** One page at a time writes a document. False when another page does. */
  async #lock(id: string): Promise<boolean> {
    return (await takeLock(lockOf(id), this.locks)) !== undefined
  }

  async #settle(journal: Journal): Promise<void> {
    const { tries } = journal.row
    if (tries === 0) return
    journal.row = { ...journal.row, tries: 0 }
    await this.#storage?.put(journal.row).catch(() => (journal.row = { ...journal.row, tries }))
  }
}

const lockOf = (id: string): string => `marigold-nodes/${id}`

/** When the last one was opened: two in one millisecond have an order too. */
let opened = 0

function newRow(): DocumentRow {
  const now = (opened = Math.max(Date.now(), opened + 1))
  return { id: crypto.randomUUID(), format: FORMAT, title: '', opened: now, changed: now, closed: undefined, tries: 0 }
}
