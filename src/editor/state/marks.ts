import { CANVAS_SAY } from '../canvas-text.ts'
import type { Command } from '../../graph/commands.ts'
import type { DocumentFrame, DocumentNote, FrameColour, GraphDocument } from '../../graph/document.ts'

export type MarkKind = 'frame' | 'note'

/** Name of a frame or note among all of both; a node's id has no space. */
export type MarkKey = `${MarkKind} ${string}`

export const markKey = (kind: MarkKind, id: string): MarkKey => `${kind} ${id}`

/** A frame or note, as far as they are alike. */
export interface Mark {
  readonly key: MarkKey
  readonly kind: MarkKind
  readonly box: DocumentFrame['box']
  readonly colour: FrameColour
}

/** What a note is coloured that says nothing of it. */
export const NOTE_COLOUR: FrameColour = 'yellow'

/** Frames from back to front, then notes. */
export const marksOf = ({ frames = [], notes = [] }: Pick<GraphDocument, 'frames' | 'notes'>): readonly Mark[] => [
  ...frames.map(({ id, box, colour }): Mark => ({ key: markKey('frame', id), kind: 'frame', box, colour })),
  ...notes.map(({ id, box, colour = NOTE_COLOUR }: DocumentNote): Mark => ({
    key: markKey('note', id),
    kind: 'note',
    box,
    colour,
  })),
]

/** What there is of each, for people: "2 nodes, 1 frame". */
export function counted(nodes: Iterable<string>, marks: Iterable<MarkKey>): string {
  const kinds = [...marks].map((key) => key.split(' ')[0])
  const count = (kind: MarkKind) => kinds.filter((one) => one === kind).length
  return CANVAS_SAY.counted([...nodes].length, count('frame'), count('note'))
}

/** Takes away the frames and notes of some keys; what is in a frame stays. */
export function marksRemoved(document: GraphDocument, keys: ReadonlySet<MarkKey>): readonly Command[] {
  const { frames = [], notes = [] } = document
  const frame = frames.filter(({ id }) => !keys.has(markKey('frame', id)))
  const note = notes.filter(({ id }) => !keys.has(markKey('note', id)))
  return [
    ...(frame.length < frames.length ? [{ do: 'setFrames', frames: frame } as const] : []),
    ...(note.length < notes.length ? [{ do: 'setNotes', notes: note } as const] : []),
  ]
}
