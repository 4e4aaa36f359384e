import type { Json, JsonObject } from '../base/json.ts'
import { FRAME_COLOURS, type DocumentFrame, type DocumentNote, type FrameColour, type Rectangle } from './document.ts'
import { ID, LIMITS } from './limits.ts'
import type { Report } from './problem.ts'
import { broken, dropUnknown, listOf, objectOf } from './shape.ts'
import { lines } from './text.ts'
import { fitNumber, freshId, readTitle } from './validate-parts.ts'

/** A place for what has none. */
const PLACE: Rectangle = { x: 0, y: 0, width: 240, height: 120 }

/** The frames and notes of a file; a list is there only when something is in it. */
export function readAnnotations(
  file: JsonObject,
  report: Report,
): { frames?: readonly DocumentFrame[]; notes?: readonly DocumentNote[] } {
  const frames = readList(file, 'frames', readFrame, report)
  const notes = readList(file, 'notes', readNote, report)
  return { ...(frames.length > 0 && { frames }), ...(notes.length > 0 && { notes }) }
}

function readList<T extends { readonly id: string }>(
  file: JsonObject,
  name: 'frames' | 'notes',
  read: (raw: JsonObject, path: string, report: Report) => T,
  report: Report,
): readonly T[] {
  if (file[name] === undefined) return []
  const all = listOf(file[name], name, LIMITS[name]).map((item, i) => {
    const path = `${name}[${i}]`
    return read(objectOf(item, path), path, report)
  })
  const taken = new Set(all.map(({ id }) => id))
  const seen = new Set<string>()
  return all.map((item, i) => {
    const id = seen.has(item.id) ? freshId(item.id, taken) : item.id
    taken.add(id)
    seen.add(id)
    if (id === item.id) return item
    const message = `Two of the ${name} had the id "${item.id}"; this one is "${id}" now.`
    report({ code: 'graph/duplicate-id', path: `${name}[${i}].id`, message, effect: 'repaired' })
    return { ...item, id }
  })
}

function readFrame(raw: JsonObject, path: string, report: Report): DocumentFrame {
  dropUnknown(raw, ['id', 'title', 'colour', 'box'], path, report)
  const id = readId(raw['id'], path)
  const title = raw['title'] === '' ? '' : (readTitle(raw['title'] ?? null, `${path}.title`, report) ?? '')
  const colour = readColour(raw['colour'], 'frame', path, report) ?? FRAME_COLOURS[0]
  return { id, title, colour, box: readBox(raw['box'], `${path}.box`, report) }
}

function readNote(raw: JsonObject, path: string, report: Report): DocumentNote {
  dropUnknown(raw, ['id', 'text', 'colour', 'box'], path, report)
  const id = readId(raw['id'], path)
  const given = raw['text']
  if (typeof given !== 'string') throw broken(`${path}.text`, 'must be a text')
  const text = lines(given, LIMITS.note)
  if (text !== given) {
    const message = `A note has at most ${LIMITS.note} characters that can be shown.`
    report({ code: 'graph/note', path: `${path}.text`, message, effect: 'repaired' })
  }
  const colour = raw['colour'] === undefined ? undefined : readColour(raw['colour'], 'note', path, report)
  return { id, text, ...(colour && { colour }), box: readBox(raw['box'], `${path}.box`, report) }
}

function readColour(
  value: Json | undefined,
  what: 'frame' | 'note',
  path: string,
  report: Report,
): FrameColour | undefined {
  const colour = FRAME_COLOURS.find((known) => known === value)
  if (colour === undefined) {
    const message = `The colour of a ${what} is one of ${FRAME_COLOURS.join(', ')}.`
    report({ code: 'graph/frame-colour', path: `${path}.colour`, message, effect: 'repaired' })
  }
  return colour
}

function readId(value: Json | undefined, path: string): string {
  if (typeof value !== 'string' || !ID.test(value))
    throw broken(`${path}.id`, 'must be 1 to 40 letters, digits, _ or -')
  return value
}

function readBox(value: Json | undefined, path: string, report: Report): Rectangle {
  const raw = value === undefined ? {} : objectOf(value, path)
  dropUnknown(raw, ['x', 'y', 'width', 'height'], path, report)
  const fit = (name: keyof Rectangle, min: number, max: number): number => {
    const fitted = fitNumber(raw[name], min, max, PLACE[name])
    if (fitted !== raw[name]) {
      const message = `${name} is from ${min} to ${max}; it is ${fitted} now.`
      report({ code: 'graph/box', path: `${path}.${name}`, message, effect: 'repaired' })
    }
    return fitted
  }
  const { position, side } = LIMITS
  return {
    x: fit('x', -position, position),
    y: fit('y', -position, position),
    width: fit('width', side.min, side.max),
    height: fit('height', side.min, side.max),
  }
}
