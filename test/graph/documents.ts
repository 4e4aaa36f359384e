import fc from 'fast-check'
import type { Json, JsonObject } from '../../src/base/json.ts'
import {
  FRAME_COLOURS,
  type DocumentFrame,
  type DocumentLink,
  type DocumentNode,
  type DocumentNote,
  type GraphDocument,
  type GroupDefinition,
  type Point,
} from '../../src/graph/document.ts'
import { typesWith } from '../../src/graph/groups/types.ts'
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

const someColour = fc.nat(0xffffff).map((rgb) => `#${rgb.toString(16).padStart(6, '0')}`)

/** Points that a wire is led through. */
export const somePoints = fc.array(fc.record({ x: fc.integer({ min: -9, max: 9 }), y: fc.constant(4.5) }), {
  maxLength: 3,
})

const someWires = fc.array(fc.tuple(fc.nat(20), fc.nat(20), fc.nat(2)), { maxLength: 25 })

/** Groups of random nodes, each with some of its inputs, outputs and parameters shown outside. */
export const someGroups: fc.Arbitrary<readonly GroupDefinition[]> = fc
  .array(
    fc.record({
      types: fc.array(fc.constantFrom(...TYPES.keys()), { minLength: 1, maxLength: 4 }),
      wires: someWires,
      shown: fc.nat(2 ** 16 - 1),
    }),
    { maxLength: 2 },
  )
  .map((all) => all.map(groupOf))

function groupOf(
  { types, wires, shown }: { types: readonly string[]; wires: readonly Wire[]; shown: number },
  at: number,
): GroupDefinition {
  const nodes = types.map((type, i): DocumentNode => ({ ...bareNode(`p${i}`, type, TYPES), position: { x: i, y: at } }))
  const { links } = wired({ format: 'marigold-graph', schema: 3, title: '', nodes, links: [] }, TYPES, wires)
  const picked = <T>(list: readonly T[]) => list.filter((_, i) => (shown & (1 << i)) > 0)
  const taken = new Set(links.map(({ to }) => `${to.node}.${to.socket}`))
  const ends = (side: 'inputs' | 'outputs') =>
    nodes.flatMap(({ id, type }) => Object.keys(TYPES.get(type)?.[side] ?? {}).map((socket) => ({ node: id, socket })))
  const open = picked(ends('inputs').filter(({ node, socket }) => !taken.has(`${node}.${socket}`)))
  const typeAt = (node: string | undefined) => nodes.find(({ id }) => id === node)?.type
  const alike = open.filter(({ node, socket }) => socket === open[0]?.socket && typeAt(node) === typeAt(open[0]?.node))
  const single = open.filter((ref) => !alike.includes(ref))
  const joined = [...(alike.length > 0 ? [alike] : []), ...single.map((ref) => [ref])]
  return {
    id: `g${at}`,
    title: `Group ${at}`,
    ...(at > 0 && { about: 'Some <i>parts</i>,\nas one.' }),
    nodes,
    links,
    inputs: joined.map((to, i) => ({ name: `in${i}`, to })),
    outputs: picked(ends('outputs')).map((from, i) => ({ name: `out${i}`, from })),
    params: picked(nodes.flatMap(({ id, params }) => Object.keys(params).map((param) => ({ node: id, param })))).map(
      (of, i) => ({ name: `p${i}`, ...of, ...(i % 2 === 1 && { label: `Knob ${i}` }) }),
    ),
  }
}

const bareNode = (id: string, type: string, types: NodeTypes) => ({
  id,
  type,
  version: types.get(type)?.version ?? 1,
  params: defaultsOf(types.get(type)?.params ?? {}),
})

type Wire = readonly [number, number, number]

/** With every wire that fits. */
function wired(
  start: GraphDocument,
  types: NodeTypes,
  wires: readonly Wire[],
  ways: readonly (readonly Point[])[] = [],
): GraphDocument {
  let document = start
  for (const wire of wires) {
    const link = linkOf(document, wire)
    if (link === undefined || canConnect(document, types, link.from, link.to) !== undefined) continue
    const others = document.links.filter(({ to }) => to.node !== link.to.node || to.socket !== link.to.socket)
    const via = ways[document.links.length] ?? []
    document = { ...document, links: [...others, via.length > 0 ? { ...link, via } : link] }
  }
  return document
}

/** Valid documents: random nodes, and every random link that fits. */
export const validDocument: fc.Arbitrary<GraphDocument> = fc
  .record({
    title: fc.string({ maxLength: 20, unit: fc.constantFrom('a', 'é', '<', '"', ' ', '深') }),
    types: fc.array(fc.nat(99), { minLength: 1, maxLength: 8 }),
    wires: someWires,
    groups: someGroups,
    frames: someFrames,
    notes: someNotes,
    ways: fc.array(somePoints, { maxLength: 5 }),
    stars: fc.nat(2 ** 8 - 1),
    flags: fc.nat(2 ** 16 - 1),
    tint: someColour,
    places: fc.infiniteStream(fc.double({ min: -1e4, max: 1e4, noNaN: true })),
  })
  .map(({ title, types: picks, wires, groups, places, frames, notes, ways, stars, flags, tint }) => {
    const types = typesWith(TYPES, groups.length > 0 ? groups : undefined)
    const names = [...types.keys()]
    const place = () => (places.next().value ?? 0) + 0
    const nodes = picks.map((pick, i): DocumentNode => {
      const bare = bareNode(`n${i}`, names.at(pick % names.length) ?? '', types)
      const params = Object.entries(types.get(bare.type)?.params ?? {})
      const seed = params.find(([, { widget }]) => widget === 'seed')
      const tints = params.flatMap(([name, { widget }]) => (widget === 'color' ? [[name, tint]] : []))
      return {
        ...bare,
        params: { ...bare.params, ...Object.fromEntries(tints) },
        position: { x: place(), y: place() },
        ...(i % 3 === 0 && { title: `Node ${i}` }),
        ...((flags & (1 << i)) > 0 && { bypass: true }),
        ...((flags & (256 << i)) > 0 && { collapsed: true }),
        ...(i % 2 === 0 && seed && { openSeeds: [seed[0]] }),
      }
    })
    const form = nodes.flatMap(({ id, params }, i) =>
      (stars & (1 << i)) === 0
        ? []
        : Object.keys(params).map((param, at) => ({ node: id, param, ...(at % 2 === 1 && { label: `Star ${at} é` }) })),
    )
    const document: GraphDocument = {
      format: 'marigold-graph',
      schema: 3,
      title,
      nodes,
      links: [],
      ...(frames.length > 0 && { frames }),
      ...(notes.length > 0 && { notes }),
      ...(form.length > 0 && { form }),
      ...(stars % 3 === 0 && { opensAs: 'form' as const }),
      ...(groups.length > 0 && { groups }),
    }
    return wired(document, types, wires, ways)
  })

/** Any output with any input of a document, fitting or not. */
export function linkOf({ nodes, groups }: GraphDocument, [from, to, socket]: Wire): DocumentLink | undefined {
  const types = typesWith(TYPES, groups)
  const source = nodes[from % Math.max(1, nodes.length)]
  const target = nodes[to % Math.max(1, nodes.length)]
  const outputs = Object.keys(types.get(source?.type ?? '')?.outputs ?? {})
  const inputs = Object.keys(types.get(target?.type ?? '')?.inputs ?? {})
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
