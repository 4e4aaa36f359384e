import type { Command } from '../../graph/commands.ts'
import {
  FRAME_COLOURS,
  type FrameColour,
  type GraphDocument,
  type Point,
  type Rectangle,
} from '../../graph/document.ts'
import { LIMITS } from '../../graph/limits.ts'
import { lines, singleLine } from '../../graph/text.ts'
import { freshId } from '../../graph/validate-parts.ts'
import { CANVAS_SAY, CANVAS_TEXT } from '../canvas-text.ts'
import type { Editor } from './editor.svelte.ts'
import { markKey, marksOf, NOTE_COLOUR, type MarkKey } from './marks.ts'
import { hull, meets, rounded } from './rectangles.ts'

/** Canvas units between a frame and what it was drawn around. */
export const FRAME_PADDING = 20
/** Above a frame, for its title, which is as large on the screen when it is seen from afar. */
const TITLE = 40
/** And between a note and what is above it. */
const GAP = 16
const NOTE = { width: 240, height: 120 }

const idIn = (list: readonly { readonly id: string }[], stem: string): string =>
  freshId(stem, new Set(list.map(({ id }) => id)))

/** Draws a frame around what is selected and lets its title be typed. */
export function frameSelection(editor: Editor): void {
  const { selection, geometry, store } = editor
  const marks = marksOf(store.document).filter(({ key }) => selection.hasMark(key))
  const around = hull([...[...selection.ids].flatMap((id) => geometry.box(id) ?? []), ...marks.map(({ box }) => box)])
  if (!around) return editor.say(CANVAS_SAY.nothingSelected)
  const { frames = [] } = store.document
  const id = idIn(frames, 'frame')
  const box = rounded({
    x: around.x - FRAME_PADDING,
    y: around.y - FRAME_PADDING,
    width: around.width + 2 * FRAME_PADDING,
    height: around.height + 2 * FRAME_PADDING,
  })
  const colour = FRAME_COLOURS[(FRAME_COLOURS.indexOf('blue') + frames.length) % FRAME_COLOURS.length] ?? 'blue'
  const frame = { id, title: CANVAS_TEXT.frame, colour, box }
  // Frames are drawn in this order: one around others goes behind them.
  const inner = frames.findIndex((other) => selection.hasMark(markKey('frame', other.id)))
  const after = inner < 0 ? [...frames, frame] : frames.toSpliced(inner, 0, frame)
  if (!editor.do({ do: 'setFrames', frames: after })) return
  begin(editor, markKey('frame', id), { ...box, y: box.y - TITLE, height: box.height + TITLE })
  editor.say(CANVAS_SAY.framed)
}

/** Puts an empty note around a place, or below what lies there, and lets its text be typed. */
export function addNote(editor: Editor, at: Point): void {
  const { nodes, notes = [] } = editor.store.document
  const id = idIn(notes, 'note')
  const taken = [...nodes.flatMap((node) => editor.geometry.box(node.id) ?? []), ...notes.map((note) => note.box)]
  let box = rounded({ x: at.x - NOTE.width / 2, y: at.y - NOTE.height / 2, ...NOTE })
  for (;;) {
    const above = taken.find((other) => meets(other, box))
    if (!above) break
    box = { ...box, y: Math.ceil(above.y + above.height) + GAP }
  }
  if (editor.do({ do: 'setNotes', notes: [...notes, { id, text: '', box }] })) begin(editor, markKey('note', id), box)
}

/** Its text is typed: it must be seen. */
function begin(editor: Editor, key: MarkKey, box: Rectangle): void {
  editor.canvas?.reveal(box)
  editor.selection.set([], [key])
  editor.selection.editing = key
}

/** The frames and notes of a document with a change to those of some keys, as one command; undefined: no change. */
function changed(
  document: GraphDocument,
  keys: ReadonlySet<MarkKey>,
  change: { readonly colour?: FrameColour; readonly box?: Rectangle; readonly title?: string; readonly text?: string },
): Command | undefined {
  const { frames = [], notes = [] } = document
  const { colour, box, title, text } = change
  const both = { ...(colour && { colour }), ...(box && { box: rounded(box) }) }
  const commands: Command[] = []
  if (frames.some(({ id }) => keys.has(markKey('frame', id))))
    commands.push({
      do: 'setFrames',
      frames: frames.map((frame) =>
        keys.has(markKey('frame', frame.id))
          ? { ...frame, ...both, ...(title !== undefined && { title: singleLine(title.trim(), LIMITS.title) }) }
          : frame,
      ),
    })
  if (notes.some(({ id }) => keys.has(markKey('note', id))))
    commands.push({
      do: 'setNotes',
      notes: notes.map((note) =>
        keys.has(markKey('note', note.id))
          ? { ...note, ...both, ...(text !== undefined && { text: lines(text, LIMITS.note) }) }
          : note,
      ),
    })
  return commands.length === 1 ? commands[0] : commands.length > 1 ? { do: 'all', commands } : undefined
}

export const change = (editor: Editor, key: MarkKey, what: Parameters<typeof changed>[2], gesture?: string): void => {
  const command = changed(editor.store.document, new Set([key]), what)
  if (command) editor.do(command, gesture)
}

/** Colours the selected frames and notes. */
export function colour(editor: Editor, colour: FrameColour): void {
  const command = changed(editor.store.document, editor.selection.marks, { colour })
  if (command && editor.do(command)) editor.say(CANVAS_SAY.coloured(CANVAS_TEXT.colours[colour]))
}

/** The colour of the selected frames and notes, where it is one. */
export function colourOf(editor: Editor): FrameColour | undefined {
  const all = marksOf(editor.store.document).filter(({ key }) => editor.selection.hasMark(key))
  const first = all[0]?.colour
  return all.every((mark) => mark.colour === first) ? first : undefined
}

/** The colour after the one that is there: for the keyboard. */
export function nextColour(editor: Editor): void {
  const now = colourOf(editor) ?? NOTE_COLOUR
  const next = FRAME_COLOURS[(FRAME_COLOURS.indexOf(now) + 1) % FRAME_COLOURS.length]
  if (next) colour(editor, next)
}
