import { AppError } from '../../base/errors.ts'
import { History, type HistoryAction, type PackedHistory } from '../../graph/history.ts'
import { serialize } from '../../graph/serialize.ts'
import type { ReadDocument } from '../../graph/validate.ts'
import { whole, type StoredDocument } from './records.ts'

export interface Recovered {
  readonly history: History
  readonly problems: ReadDocument['problems']
  /** True when the end was damaged: what is here is how it was shortly before. */
  readonly shortened: boolean
  /** The last number that was used. */
  readonly seq: number
  /** Where each slot's snapshot ends; 0 where there is none that can be used. */
  readonly slots: readonly [number, number]
}

/**
 * A stored document: the newest whole snapshot, what the journal has after it, then migrated and validated as any preset
 * by `read`. Undo goes back as far as before, unless the program has changed since in what it means.
 * Errors: `storage/damaged`; what `read` throws.
 */
export async function recover(
  stored: StoredDocument,
  made: string,
  read: (text: string) => Promise<ReadDocument>,
): Promise<Recovered> {
  const slots = stored.snapshots.filter(whole).sort((a, b) => b.seq - a.seq)
  for (const snapshot of slots) {
    const history = unpacked(snapshot.text)
    if (history === undefined) continue
    const seq = replay(history, stored.journal, snapshot.seq)
    const { document, problems } = await read(JSON.stringify(history.document))
    const unchanged = snapshot.made === made && serialize(document) === serialize(history.document)
    const same = unchanged && reversible(history)
    return {
      history: same ? History.unpack(history.pack()) : new History(document),
      problems,
      shortened: seq < lastSeq(stored),
      seq: lastSeq(stored),
      slots: [0, 1].map((slot) => slots.find((row) => row.slot === slot)?.seq ?? 0) as [number, number],
    }
  }
  throw new AppError('storage/damaged', `What the browser kept of ${title(stored)} is damaged.`, {
    fix: 'Open its file, or an earlier version of it from the list of graphs.',
  })
}

const title = ({ row }: StoredDocument): string => (row.title === '' ? 'an untitled graph' : `“${row.title}”`)

/** Numbers of all that was written, also of what is damaged: none is used twice. */
export const lastSeq = ({ snapshots, journal }: StoredDocument): number =>
  Math.max(0, ...snapshots.map(({ seq }) => seq), ...journal.map(({ seq }) => seq))

function unpacked(text: string): History | undefined {
  try {
    return History.unpack(JSON.parse(text) as PackedHistory)
  } catch {
    return undefined
  }
}

/** Up to the first entry that is missing, damaged, or does not apply. Returns the number of the last one that did. */
function replay(history: History, journal: StoredDocument['journal'], from: number): number {
  let seq = from
  for (const entry of journal.filter((row) => row.seq > from)) {
    if (entry.seq !== seq + 1 || !whole(entry)) return seq
    try {
      for (const action of JSON.parse(entry.text) as HistoryAction[]) history.act(action)
    } catch {
      return seq
    }
    seq = entry.seq
  }
  return seq
}

/** Whether every step can be taken back, tried on a copy. */
function reversible(history: History): boolean {
  const copy = History.unpack(history.pack())
  try {
    while (copy.canUndo) copy.undo()
    return true
  } catch {
    return false
  }
}

/** Characters of a snapshot; the oldest undo steps are left out of longer ones. */
const LONGEST = 4 * 1024 * 1024

/** A history as a text of bounded length. */
export function packed(history: History): string {
  const { document, past, future } = history.pack()
  let room = LONGEST - JSON.stringify({ document, future }).length
  if (room < 0) return JSON.stringify({ document, past: [], future: [] } satisfies PackedHistory)
  const from = past.findLastIndex((step) => (room -= JSON.stringify(step).length) < 0) + 1
  return JSON.stringify({ document, past: past.slice(from), future } satisfies PackedHistory)
}
