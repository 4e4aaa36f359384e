import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { apply } from '../../src/graph/commands.ts'
import { serialize } from '../../src/graph/serialize.ts'
import { parseDocument, readDocument } from '../../src/graph/validate.ts'
import { graph } from '../engine/toys/bench.ts'
import { TYPES } from './documents.ts'

const type = [...TYPES].find(([, { params }]) => Object.keys(params).length > 0)
if (!type) throw new Error('no toy has parameters')
const [name, { params }] = type
const param = Object.keys(params)[0] ?? ''
const toy = graph({ one: [name], other: [name] }, [])
const read = (more: JsonObject) => readDocument({ ...(JSON.parse(serialize(toy)) as JsonObject), ...more }, TYPES)

test('starred parameters are read as they were written, and change no result', () => {
  const form = [{ node: 'other', param, label: 'How far' } as const, { node: 'one', param } as const]
  const document = { ...toy, form }
  const written = serialize(document)
  expect(JSON.parse(written)).toMatchObject({ schema: 1, form })
  expect(parseDocument(written, TYPES)).toEqual({ document, problems: [] })
})

test.each<[string, JsonObject, string]>([
  ['of a node that is not there', { node: 'gone', param }, 'graph/form'],
  ['that the node has not', { node: 'one', param: 'nothing' }, 'graph/form'],
  ['twice', { node: 'other', param }, 'graph/form'],
  ['with a label that is turned round', { node: 'one', param, label: 'a\u202eb' }, 'graph/title'],
  ['with a field of its own', { node: 'one', param, onclick: '' }, 'graph/unknown-field'],
])('a parameter %s is repaired, and that is said', (_, entry, code) => {
  const { document, problems } = read({ form: [{ node: 'other', param }, entry] })
  expect(problems.map((problem) => problem.code)).toEqual([code])
  expect(document.form?.[0]).toEqual({ node: 'other', param })
  expect(parseDocument(serialize(document), TYPES).problems).toEqual([])
})

test('that a graph opens as its form is read as it was written; anything else is repaired', () => {
  const document = { ...toy, form: [{ node: 'one', param }], opensAs: 'form' } as const
  expect(JSON.parse(serialize(document))).toMatchObject({ schema: 1, opensAs: 'form' })
  expect(parseDocument(serialize(document), TYPES)).toEqual({ document, problems: [] })
  const { document: repaired, problems } = read({ opensAs: '<b>' })
  expect(problems.map(({ code, path }) => [code, path])).toEqual([['graph/form', 'opensAs']])
  expect(repaired).not.toHaveProperty('opensAs')
})

test('a parameter of a node that is not known here is kept with it', () => {
  const nodes = [{ id: 'n', type: 'new/thing', version: 1, params: { far: 1 }, position: { x: 0, y: 0 } }]
  const { document } = read({ nodes, form: [{ node: 'n', param: 'far' }] })
  expect(document.form).toEqual([{ node: 'n', param: 'far' }])
})

test.each<[string, JsonObject]>([
  ['no list', { form: {} }],
  ['an entry without a node', { form: [{ param }] }],
  ['a parameter that is no name', { form: [{ node: 'one', param: '__proto__ x' }] }],
  ['more entries than are read', { form: Array.from({ length: 201 }, () => ({ node: 'one', param })) }],
])('a form with %s is refused', (_, more) => {
  expect(() => read(more)).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^graph\/(broken|too-large)$/), fix: expect.any(String) }),
  )
})

test('removing a node takes its parameters out of the form, and undo brings them back in their places', () => {
  const form = ['one', 'other'].map((node) => ({ node, param }))
  const { document, inverse } = apply({ ...toy, form }, { do: 'removeNodes', nodes: ['one'] })
  expect(document.form).toEqual([{ node: 'other', param }])
  expect(apply(document, inverse).document).toEqual({ ...toy, form })
  expect(apply(document, { do: 'removeNodes', nodes: ['other'] }).document).not.toHaveProperty('form')
})
