import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb'
import { AppError } from '../../base/errors.ts'
import {
  FORMAT,
  type DocumentRow,
  type JournalRow,
  type SnapshotRow,
  type StoredDocument,
  type VersionRow,
} from './records.ts'

interface Schema extends DBSchema {
  documents: { key: string; value: DocumentRow }
  snapshots: { key: [string, number]; value: SnapshotRow }
  journal: { key: [string, number]; value: JournalRow }
  versions: { key: [string, number]; value: VersionRow }
}

const NAME = 'marigold-nodes'
/** Earlier versions kept of a document, and closed documents kept in all. */
const VERSIONS = 10
const CLOSED = 20
/** Milliseconds that another page may take to let go of an older database. */
const PATIENCE = 3_000

const PARTS = ['snapshots', 'journal', 'versions'] as const

type StoreName = 'documents' | 'snapshots' | 'journal' | 'versions'
type Writing = IDBPTransaction<Schema, StoreName[], 'readwrite'>

/**
 * Documents in the browser's IndexedDB. A write that has resolved is on the disk (strict durability), and it is there as a
 * whole or not at all. Writes are begun before the method returns, so that the last one of a page that closes is made.
 * Errors of everything: `storage/newer` (another version of the program has changed the format: nothing is written),
 * `storage/unavailable` (forbidden, blocked, full, aborted).
 */
export class DraftStorage {
  #db: IDBPDatabase<Schema> | undefined
  #gone: AppError | undefined

  static async open(): Promise<DraftStorage> {
    const storage = new DraftStorage()
    let timer: ReturnType<typeof setTimeout> | undefined
    const waited = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(unavailable('another page of this browser holds it')), PATIENCE)
    })
    try {
      const opening = openDB<Schema>(NAME, FORMAT, {
        upgrade(db) {
          db.createObjectStore('documents', { keyPath: 'id' })
          db.createObjectStore('snapshots', { keyPath: ['id', 'slot'] })
          db.createObjectStore('journal', { keyPath: ['id', 'seq'] })
          db.createObjectStore('versions', { keyPath: ['id', 'at'] })
        },
        // A newer page waits for this one to let go.
        blocking: () => storage.#end(newer()),
        terminated: () => storage.#end(unavailable('the browser has ended it')),
      })
      // Once it is too late it must not stay open, or the next page would wait for it.
      const late = opening.then((db) => (storage.#gone ? db.close() : undefined))
      late.catch(() => undefined)
      storage.#db = await Promise.race([opening, waited])
      return storage
    } catch (error) {
      throw (storage.#gone = errorOf(error))
    } finally {
      clearTimeout(timer)
    }
  }

  /** All documents, the last changed first. */
  async list(): Promise<readonly DocumentRow[]> {
    const rows = await this.#try((db) => db.getAll('documents'))
    return rows.sort((a, b) => b.changed - a.changed)
  }

  async load(id: string): Promise<StoredDocument | undefined> {
    return this.#try(async (db) => {
      const transaction = db.transaction(['documents', 'snapshots', 'journal'])
      const [row, snapshots, journal] = await Promise.all([
        transaction.objectStore('documents').get(id),
        transaction.objectStore('snapshots').getAll(all(id)),
        transaction.objectStore('journal').getAll(all(id)),
        transaction.done,
      ])
      return row && { row, snapshots, journal }
    })
  }

  /** Writes what is known of a document. */
  put(row: DocumentRow): Promise<void> {
    return this.#write(['documents'], (transaction) => [transaction.objectStore('documents').put(row)])
  }

  append(row: DocumentRow, entry: JournalRow): Promise<void> {
    return this.#write(['documents', 'journal'], (transaction) => [
      transaction.objectStore('documents').put(row),
      transaction.objectStore('journal').put(entry),
    ])
  }

  /** Journal entries up to `forget` go: they are in the other slot too. */
  snapshot(row: DocumentRow, snapshot: SnapshotRow, forget: number, version?: VersionRow): Promise<void> {
    return this.#write(['documents', 'snapshots', 'journal', 'versions'], (transaction) => [
      transaction.objectStore('documents').put(row),
      transaction.objectStore('snapshots').put(snapshot),
      transaction.objectStore('journal').delete(IDBKeyRange.bound([row.id, 0], [row.id, forget])),
      ...(version ? [transaction.objectStore('versions').put(version)] : []),
    ])
  }

  /** Earlier states of a document, the last first. */
  async versions(id: string): Promise<readonly VersionRow[]> {
    return (await this.#try((db) => db.getAll('versions', all(id)))).reverse()
  }

  /** Forgets the documents that were closed long ago, never one of a newer format, and the oldest versions of the others. */
  async tidy(): Promise<void> {
    const rows = await this.list()
    const closed = rows.filter((row) => row.closed !== undefined && row.format <= FORMAT)
    const gone = closed.sort((a, b) => (b.closed ?? 0) - (a.closed ?? 0)).slice(CLOSED)
    const old = await this.#try((db) => Promise.all(rows.map(({ id }) => db.getAllKeys('versions', all(id)))))
    await this.#write(['documents', ...PARTS], (transaction) => [
      ...old.flatMap((keys) => keys.slice(0, -VERSIONS)).map((key) => transaction.objectStore('versions').delete(key)),
      ...gone.flatMap(({ id }) => [
        transaction.objectStore('documents').delete(id),
        ...PARTS.map((part) => transaction.objectStore(part).delete(all(id))),
      ]),
    ])
  }

  close(): void {
    this.#end(unavailable('it was closed'))
  }

  #end(why: AppError): void {
    this.#gone ??= why
    this.#db?.close()
  }

  async #try<T>(act: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      if (this.#gone || !this.#db) throw this.#gone ?? unavailable('it is not open')
      return await act(this.#db)
    } catch (error) {
      throw errorOf(error)
    }
  }

  #write(stores: StoreName[], act: (transaction: Writing) => readonly Promise<unknown>[]): Promise<void> {
    return this.#try(async (db) => {
      const transaction = db.transaction(stores, 'readwrite', { durability: 'strict' })
      transaction.done.catch(() => undefined)
      const requests = act(transaction as Writing)
      // Now, since a page that closes hears of no answer; without it the browser would drop the whole.
      transaction.commit()
      await Promise.all([...requests, transaction.done])
    })
  }
}

/** Everything of one document. */
const all = (id: string): IDBKeyRange => IDBKeyRange.bound([id, 0], [id, Infinity])

const newer = (): AppError =>
  new AppError('storage/newer', 'A newer version of this program keeps the graphs of this browser.', {
    fix: 'Reload the page. Until then edits are not kept; Save writes them to a file.',
  })

const unavailable = (why: string, cause?: unknown): AppError =>
  new AppError('storage/unavailable', `Edits cannot be kept in this browser: ${why}.`, {
    fix: 'The graph goes on working; Save writes it to a file.',
    cause,
  })

function errorOf(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof DOMException && error.name === 'VersionError') return newer()
  if (error instanceof DOMException && error.name === 'QuotaExceededError')
    return unavailable('the disk, or the browser’s part of it, is full', error)
  return unavailable(error instanceof Error ? error.message.replace(/\.$/, '') : 'it does not say why', error)
}
