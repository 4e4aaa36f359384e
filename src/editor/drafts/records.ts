import { crc32 } from '../../base/crc32.ts'

/** Of what is stored. A record of a higher one is left as it is. */
export const FORMAT = 1

/** What is known of a document without reading it. */
export interface DocumentRow {
  readonly id: string
  readonly format: number
  readonly title: string
  /** Milliseconds since 1970 of its last change. */
  readonly changed: number
  /** When it was first opened. */
  readonly opened: number
  /** When the person closed it; undefined while it is open. */
  readonly closed: number | undefined
  /** Times that it was opened and the page ended before it was seen to work. */
  readonly tries: number
}

/** A text that shows when it was damaged. */
export interface Sealed {
  readonly text: string
  readonly sum: number
}

/** A whole history. Two alternating slots: while one is written, the other is whole. */
export interface SnapshotRow extends Sealed {
  readonly id: string
  readonly slot: 0 | 1
  /** The last journal entry that is in it. */
  readonly seq: number
  /** Which node types and schema it was made with: only with the same ones its undo steps still apply. */
  readonly made: string
}

/** What happened since a snapshot: a JSON list of history actions. */
export interface JournalRow extends Sealed {
  readonly id: string
  readonly seq: number
}

/** How a document was at some time, as the text of a preset. */
export interface VersionRow extends Sealed {
  readonly id: string
  readonly at: number
  readonly title: string
}

export interface StoredDocument {
  readonly row: DocumentRow
  readonly snapshots: readonly SnapshotRow[]
  /** In order. */
  readonly journal: readonly JournalRow[]
}

export const seal = (text: string): Sealed => ({ text, sum: crc32(new TextEncoder().encode(text)) })

export const whole = ({ text, sum }: Sealed): boolean => typeof text === 'string' && seal(text).sum === sum
