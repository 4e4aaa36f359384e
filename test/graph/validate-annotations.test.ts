import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { GraphDocument } from '../../src/graph/document.ts'
import { serialize } from '../../src/graph/serialize.ts'
import { parseDocument, readDocument } from '../../src/graph/validate.ts'
import { graph, marigold } from '../engine/toys/bench.ts'
import { TYPES } from './documents.ts'

const box = { x: 1, y: 2, width: 300, height: 200 }
const read = (more: JsonObject) =>
  readDocument({ ...(JSON.parse(serialize(marigold())) as JsonObject), ...more }, TYPES)
const codes = (more: JsonObject) => read(more).problems.map(({ code }) => code)

test('a graph is saved in the oldest format whose readers compute the same of it', () => {
  const plain = { ...marigold(), notes: [{ id: 'note', text: 'a\nb', box }] }
  const bypassed: GraphDocument = graph({ same: ['toy/same'] }, [])
  const [node] = bypassed.nodes
  if (!node) throw new Error('no node')
  const written = serialize({ ...bypassed, nodes: [{ ...node, bypass: true }] })
  expect(JSON.parse(serialize(plain))).toMatchObject({ schema: 1 })
  expect(JSON.parse(written)).toMatchObject({ schema: 2, nodes: [{ bypass: true }] })
  expect(parseDocument(written, TYPES).document.nodes[0]?.bypass).toBe(true)
})

test('a graph of schema 1 is read without a problem', () => {
  expect(read({ schema: 1 })).toEqual({ document: marigold(), problems: [] })
})

test.each<[string, JsonObject, string]>([
  ['a colour of its own', { frames: [{ id: 'f', title: '', colour: '#f00', box }] }, 'graph/frame-colour'],
  ['a colour that is none', { notes: [{ id: 'n', text: '', colour: 'url(x)', box }] }, 'graph/frame-colour'],
  ['no place', { notes: [{ id: 'n', text: '' }] }, 'graph/box'],
  ['no size', { notes: [{ id: 'n', text: '', box: { ...box, width: 0 } }] }, 'graph/box'],
  ['characters that turn text round', { notes: [{ id: 'n', text: 'a\u202eb', box }] }, 'graph/note'],
  ['more text than a note has', { notes: [{ id: 'n', text: 'x'.repeat(20_000), box }] }, 'graph/note'],
  ['two of one id', { notes: ['a', 'b'].map((text) => ({ id: 'n', text, box })) }, 'graph/duplicate-id'],
  ['a field of its own', { frames: [{ id: 'f', title: '', colour: 'red', box, onclick: '' }] }, 'graph/unknown-field'],
])('a frame or note with %s is repaired, and that is said', (_, more, code) => {
  expect(codes(more)).toContain(code)
  expect(parseDocument(serialize(read(more).document), TYPES).problems).toEqual([])
})

test('a flag that is neither true nor false is off', () => {
  const file = JSON.parse(serialize(marigold())) as { nodes: JsonObject[] }
  const nodes = file.nodes.map((node) => ({ ...node, bypass: 'yes', collapsed: false }))
  expect(codes({ nodes })).toEqual(nodes.map(() => 'graph/flag'))
  expect(read({ nodes }).document.nodes).toEqual(marigold().nodes)
})

test.each<[string, JsonObject]>([
  ['frames that are no list', { frames: {} }],
  ['more notes than are read', { notes: Array.from({ length: 501 }, (_, i) => ({ id: `n${i}`, text: '', box })) }],
  ['a note without text', { notes: [{ id: 'n', box }] }],
  ['a frame without a title', { frames: [{ id: 'f', colour: 'red', box }] }],
  ['an id that is none', { notes: [{ id: '<b>', text: '', box }] }],
])('%s are refused', (_, more) => {
  expect(() => read(more)).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^graph\/(broken|too-large)$/), fix: expect.any(String) }),
  )
})

const withVia = (via: JsonObject['via']) => {
  const file = JSON.parse(serialize(marigold())) as { links: JsonObject[] }
  return { links: file.links.map((link, i) => (i === 0 && via !== undefined ? { ...link, via } : link)) }
}

test('points that a wire is led through are kept in the oldest format: readers without them compute the same', () => {
  const { document, problems } = read(withVia([{ x: 10, y: -4.5 }]))
  expect(problems).toEqual([])
  expect(document.links[0]?.via).toEqual([{ x: 10, y: -4.5 }])
  expect(JSON.parse(serialize(document))).toMatchObject({ schema: 1, links: withVia([{ x: 10, y: -4.5 }]).links })
  expect(read(withVia([])).document).toEqual(marigold())
})

test('points without a place, or more than a wire has, are told', () => {
  const { document, problems } = read(withVia([{ x: 1e9, y: null }]))
  expect(document.links[0]?.via).toEqual([{ x: 1e6, y: 0 }])
  expect(problems.map(({ code, path }) => [code, path])).toEqual([
    ['graph/position', 'links[0].via[0].x'],
    ['graph/position', 'links[0].via[0].y'],
  ])
  expect(() => read(withVia(Array.from({ length: 33 }, () => ({ x: 0, y: 0 }))))).toThrow(
    expect.objectContaining({ code: 'graph/too-large' }),
  )
  expect(() => read(withVia('here'))).toThrow(expect.objectContaining({ code: 'graph/broken' }))
})
