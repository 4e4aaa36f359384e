import fc from 'fast-check'
import type { Json, JsonObject } from '../../src/base/json.ts'
import {
  FRAME_COLOURS,
  type DocumentFrame,
  type DocumentLink,
  type DocumentNode,
  type DocumentNote,
  type GraphDocument,
} from '../../src/graph/document.ts'
import type { NodeTypes } from '../../src/graph/node-types.ts'
import { canConnect } from '../../src/graph/sockets.ts'
import { catalogueOf } from '../../src/node/catalogue.ts'
import { defaultsOf } from '../../src/node/params.ts'
import { toys } from '../engine/toys/nodes.ts'

export const TYPES: NodeTypes = catalogueOf(toys({ ran: [], tick: async () => undefined }))

const box = fc.record({
  x: fc.integer({ min: -5000, max: 5000 }),
  y: fc.integer({ min: -5000, max: 5000 }),
  width: fc.integer({ min: 40, max: 2000 }),
  height: fc.integer({ min: 40, max: 2000 }),
})
const words = fc.string({ maxLength: 20, unit: fc.constantFrom('a', 'é', '<', '"', '\n', ' ', '深') })

export const someFrames: fc.Arbitrary<readonly DocumentFrame[]> = fc
  .array(fc.record({ title: fc.constantFrom('', 'Part <b>'), colour: fc.constantFrom(...FRAME_COLOURS), box }), {
    maxLength: 3,
  })
  .map((all) => all.map((frame, i) => ({ id: `frame-${i}`, ...frame })))

export const someNotes: fc.Arbitrary<readonly DocumentNote[]> = fc
  .array(
    fc.record({ text: words, colour: fc.constantFrom(...FRAME_COLOURS), box }, { requiredKeys: ['text', 'box'] }),
    { maxLength: 3 },
  )
  .map((all) => all.map((note, i) => ({ id: `note-${i}`, ...note })))

/** Points that a wire is led through. */
export const somePoints = fc.array(fc.record({ x: fc.integer({ min: -9, max: 9 }), y: fc.constant(4.5) }), {
  maxLength: 3,
})

/** Valid documents: random nodes, and every random link that fits. */
export const validDocument: fc.Arbitrary<GraphDocument> = fc
  .record({
    title: fc.string({ maxLength: 20, unit: fc.constantFrom('a', 'é', '<', '"', ' ', '深') }),
    types: fc.array(fc.constantFrom(...TYPES.keys()), { minLength: 1, maxLength: 8 }),
    wires: fc.array(fc.tuple(fc.nat(20), fc.nat(20), fc.nat(2)), { maxLength: 25 }),
    frames: someFrames,
    notes: someNotes,
    ways: fc.array(somePoints, { maxLength: 5 }),
    stars: fc.nat(2 ** 8 - 1),
    flags: fc.nat(2 ** 16 - 1),
    places: fc.infiniteStream(fc.double({ min: -1e4, max: 1e4, noNaN: true })),
  })
  .map(({ title, types, wires, places, frames, notes, ways, stars, flags }) => {
    const place = () => (places.next().value ?? 0) + 0
    const nodes = types.map((type, i): DocumentNode => {
      const info = TYPES.get(type)
      const params = defaultsOf(info?.params ?? {})
      return {
        id: `n${i}`,
        type,
        version: info?.version ?? 1,
        params,
        position: { x: place(), y: place() },
        ...(i % 3 === 0 && { title: `Node ${i}` }),
        ...((flags & (1 << i)) > 0 && { bypass: true }),
        ...((flags & (256 << i)) > 0 && { collapsed: true }),
        ...(i % 2 === 0 && Object.hasOwn(params, 'seed') && { openSeeds: ['seed'] }),
      }
    })
    const form = nodes.flatMap(({ id, params }, i) =>
      (stars & (1 << i)) === 0
        ? []
        : Object.keys(params).map((param, at) => ({ node: id, param, ...(at % 2 === 1 && { label: `Star ${at} é` }) })),
    )
    let document: GraphDocument = {
      format: 'marigold-graph',
      schema: 2,
      title,
      nodes,
      links: [],
      ...(frames.length > 0 && { frames }),
      ...(notes.length > 0 && { notes }),
      ...(form.length > 0 && { form }),
      ...(stars % 3 === 0 && { opensAs: 'form' as const }),
    }
    for (const wire of wires) {
      const link = linkOf(document, wire)
      if (link === undefined || canConnect(document, TYPES, link.from, link.to) !== undefined) continue
      const others = document.links.filter(({ to }) => to.node !== link.to.node || to.socket !== link.to.socket)
      const via = ways[document.links.length] ?? []
      document = { ...document, links: [...others, via.length > 0 ? { ...link, via } : link] }
    }
    return document
  })

/** Any output with any input of a document, fitting or not. */
export function linkOf(
  { nodes }: GraphDocument,
  [from, to, socket]: readonly [number, number, number],
): DocumentLink | undefined {
  const source = nodes[from % Math.max(1, nodes.length)]
  const target = nodes[to % Math.max(1, nodes.length)]
  const outputs = Object.keys(TYPES.get(source?.type ?? '')?.outputs ?? {})
  const inputs = Object.keys(TYPES.get(target?.type ?? '')?.inputs ?? {})
  const output = outputs[0]
  const input = inputs[socket % Math.max(1, inputs.length)]
  if (source === undefined || target === undefined || output === undefined || input === undefined) return undefined
  return { from: { node: source.id, socket: output }, to: { node: target.id, socket: input } }
}

/** Puts `value` in place of, or takes out, one random part of some JSON data. */
export function mutated(data: Json, picks: readonly number[], value: Json | undefined): Json {
  const [pick = 0, ...rest] = picks
  if (data === null || typeof data !== 'object') return value ?? null
  if (Array.isArray(data)) {
    const list: Json[] = [...(data as readonly Json[])]
    if (list.length === 0) return value === undefined ? [] : [value]
    const at = pick % list.length
    if (rest.length === 0) list.splice(at, 1, ...(value === undefined ? [] : [value]))
    else list[at] = mutated(list[at] ?? null, rest, value)
    return list
  }
  const record: Record<string, Json> = { ...(data as JsonObject) }
  const keys = Object.keys(record)
  const key = keys[pick % Math.max(1, keys.length)] ?? 'more'
  if (rest.length > 0) record[key] = mutated(record[key] ?? null, rest, value)
  else if (value === undefined) delete record[key]
  else record[key] = value
  return record
}

/** Every id, socket, type and number of a document in some other place: damage that looks like a document. */
export function plausible(data: Json, picks: readonly number[], source: number): Json {
  const place = leafAt(data, picks)
  const same = leaves(data).filter((leaf) => typeof leaf === typeof place)
  return replaced(data, picks, same[source % Math.max(1, same.length)] ?? place)
}

function leaves(data: Json): readonly Json[] {
  if (data === null || typeof data !== 'object') return [data]
  return Object.values(data).flatMap((part: Json) => leaves(part))
}

function leafAt(data: Json, [pick = 0, ...rest]: readonly number[]): Json {
  if (data === null || typeof data !== 'object') return data
  const parts: readonly Json[] = Object.values(data)
  const part = parts[pick % Math.max(1, parts.length)]
  return part === undefined ? null : leafAt(part, rest)
}

function replaced(data: Json, [pick = 0, ...rest]: readonly number[], value: Json): Json {
  if (data === null || typeof data !== 'object') return value
  const keys = Object.keys(data)
  const key = keys[pick % Math.max(1, keys.length)]
  if (key === undefined) return data
  if (Array.isArray(data))
    return (data as readonly Json[]).map((part, i) => (String(i) === key ? replaced(part, rest, value) : part))
  const record = data as JsonObject
  return { ...record, [key]: replaced(record[key] ?? null, rest, value) }
}
