import { FORMAT, seal, whole, type DocumentRow, type JournalRow, type Sealed, type SnapshotRow } from './records.ts'
import { lastSeq } from './recover.ts'
import type { DraftStorage } from './storage.ts'

const KEY = 'marigold-nodes/spill/'
/** Characters of one; browsers give about five million to all. */
const LONGEST = 1024 * 1024

/** What of a document was not known to be on the disk when its page went. */
export interface Spill {
  readonly row: DocumentRow
  readonly snapshot?: SnapshotRow
  /** After the snapshot, in order. */
  readonly journal: readonly JournalRow[]
  /** The page ended in order. */
  readonly left: boolean
}

/**
 * Where the last edits of a page go that ends before IndexedDB has answered: unlike it, `localStorage` is written at once.
 * The next page brings them to where they belong. Nothing of it throws.
 */
export class Spills {
  constructor(readonly storage: Storage | undefined) {}

  /** What is too long stays out: IndexedDB may still have it. */
  write(spill: Spill): void {
    const text = JSON.stringify(spill)
    if (text.length > LONGEST) return
    this.#try((storage) => storage.setItem(KEY + spill.row.id, JSON.stringify(seal(text))))
  }

  forget(id: string): void {
    this.#try((storage) => storage.removeItem(KEY + id))
  }

  /** Those of this format; damaged ones are forgotten. */
  all(): readonly Spill[] {
    const found: Spill[] = []
    this.#try((storage) => {
      const keys = Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? '')
      for (const key of keys.filter((name) => name.startsWith(KEY))) {
        const spill = read(storage.getItem(key) ?? '')
        if (spill === undefined) storage.removeItem(key)
        else if (spill.row.format <= FORMAT) found.push(spill)
      }
    })
    return found
  }

  #try(act: (storage: Storage) => void): void {
    try {
      if (this.storage) act(this.storage)
    } catch {
      // Full or forbidden: then the last edits are with IndexedDB alone.
    }
  }
}

/** Those of this browser; none where it forbids them. */
export function spills(): Spills {
  try {
    return new Spills(globalThis.localStorage)
  } catch {
    return new Spills(undefined)
  }
}

function read(text: string): Spill | undefined {
  try {
    const sealed = JSON.parse(text) as Sealed
    return whole(sealed) ? (JSON.parse(sealed.text) as Spill) : undefined
  } catch {
    return undefined
  }
}

/** Writes what of a spill is not on the disk yet. */
export async function absorb(spill: Spill, storage: DraftStorage): Promise<void> {
  const stored = await storage.load(spill.row.id)
  const last = stored ? lastSeq(stored) : 0
  const { snapshot } = spill
  if (snapshot && snapshot.seq > last) await storage.snapshot(spill.row, snapshot, 0)
  const from = Math.max(last, snapshot?.seq ?? 0)
  for (const entry of spill.journal) if (entry.seq > from) await storage.append(spill.row, entry)
  if (spill.left && stored && stored.row.tries > 0) {
    const { row } = (await storage.load(spill.row.id)) ?? stored
    await storage.put({ ...row, tries: 0 })
  }
}
