import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { migrateSchema } from '../../src/graph/migrate.ts'
import type { NodeType } from '../../src/graph/node-types.ts'
import { serialize } from '../../src/graph/serialize.ts'
import { parseDocument, readDocument } from '../../src/graph/validate.ts'
import { graph, marigold } from '../engine/toys/bench.ts'
import { TYPES } from './documents.ts'

const data = (
  change: (file: { title: Json; nodes: JsonObject[]; links: Json[]; [more: string]: Json | JsonObject[] }) => void,
): unknown => {
  const file = JSON.parse(serialize(marigold())) as Parameters<typeof change>[0]
  change(file)
  return file
}
const codes = (value: unknown) => readDocument(value, TYPES).problems.map(({ code }) => code)
const link = (from: string, to: string): Json => {
  const [a = '', b = ''] = from.split('.')
  const [c = '', d = ''] = to.split('.')
  return { from: { node: a, socket: b }, to: { node: c, socket: d } }
}

test.each<[string, string, () => unknown]>([
  ['not JSON', 'graph/not-json', () => parseDocument('{ nodes: ', TYPES)],
  ['other JSON', 'graph/not-a-graph', () => parseDocument('[1]', TYPES)],
  [
    'a newer schema',
    'graph/newer-schema',
    () =>
      readDocument(
        data((file) => (file['schema'] = 4)),
        TYPES,
      ),
  ],
  ['a text of 2 MiB', 'graph/too-large', () => parseDocument(' '.repeat(2 ** 21), TYPES)],
  [
    '3000 nodes',
    'graph/too-large',
    () =>
      readDocument(
        data((file) => (file.nodes = Array.from({ length: 3000 }, () => ({})))),
        TYPES,
      ),
  ],
  [
    '40 levels',
    'graph/too-deep',
    () => parseDocument(`{"format":"marigold-graph","x":${'['.repeat(40)}${']'.repeat(40)}}`, TYPES),
  ],
  ['__proto__', 'graph/forbidden-key', () => parseDocument('{"format":"marigold-graph","__proto__":{}}', TYPES)],
  [
    'no node list',
    'graph/broken',
    () =>
      readDocument(
        data((file) => delete (file as Record<string, unknown>)['nodes']),
        TYPES,
      ),
  ],
  [
    'a bad id',
    'graph/broken',
    () =>
      readDocument(
        data((file) => file.nodes.push({ ...file.nodes[0], id: '<b>' })),
        TYPES,
      ),
  ],
])('%s is refused with %s', (_, code, work) => {
  expect(work).toThrow(expect.objectContaining({ name: 'AppError', code }))
})

test.each<[string, string, Parameters<typeof data>[0]]>([
  [
    'a number out of range is clamped',
    'graph/param',
    (file) => void (file.nodes[2] = { ...file.nodes[2], params: { seed: 1, members: 99 } }),
  ],
  [
    'an unknown parameter is dropped',
    'graph/param',
    (file) => void (file.nodes[6] = { ...file.nodes[6], params: { odd: 1 } }),
  ],
  [
    'a missing parameter has its default',
    'graph/param',
    (file) => void (file.nodes[5] = { ...file.nodes[5], params: {} }),
  ],
  ['a link to nowhere is dropped', 'graph/dangling-link', (file) => file.links.push(link('gone.x', 'view.value'))],
  [
    'a second link on an input is dropped',
    'graph/duplicate-link',
    (file) => file.links.push(link('photo.image', 'view.value')),
  ],
  ['an unknown field is dropped', 'graph/unknown-field', (file) => void (file['extra'] = 1)],
  ['a second node of the same id is renamed', 'graph/duplicate-id', (file) => file.nodes.push({ ...file.nodes[0] })],
])('%s, and it is said', (_, code, change) => {
  expect(codes(data(change))).toEqual([code])
})

test('a clamped number is at its limit, at its path', () => {
  const { document, problems } = readDocument(
    data((file) => void (file.nodes[2] = { ...file.nodes[2], params: { seed: 1, members: 99 } })),
    TYPES,
  )
  expect(document.nodes[2]?.params).toEqual({ seed: 1, members: 20 })
  expect(problems).toMatchObject([{ path: 'nodes[2].params.members', node: 'noise', effect: 'repaired' }])
})

test('names of a file are told without what steers a terminal or turns text round', () => {
  const evil = '\u001b[2J\u202evil'
  const { problems } = readDocument(
    data((file) => {
      file[evil] = 1
      file.links.push(link(`${evil}.x`, 'view.value'))
    }),
    TYPES,
  )
  expect(problems.map(({ code }) => code)).toEqual(['graph/unknown-field', 'graph/dangling-link'])
  for (const { path, message } of problems) expect(path + message).not.toMatch(/[\u0000-\u001f\u202e]/)
  const refused: readonly (() => unknown)[] = [
    () => parseDocument(`${evil}PNG`, TYPES),
    () => parseDocument(`{"format":"marigold-graph","\\u001b[2J":{"__proto__":1}}`, TYPES),
    () => parseDocument(`{"format":"marigold-graph","\\u001b[2J":${'['.repeat(40)}${']'.repeat(40)}}`, TYPES),
  ]
  for (const read of refused)
    expect(read).toThrow(expect.objectContaining({ message: expect.not.stringMatching(/[\u0000-\u001f\u202e]/) }))
})

test('a number that is too large for a number is told as one', () => {
  const text = JSON.stringify(data(() => undefined)).replace('"seed":1', '"seed":1e999')
  expect(() => parseDocument(text, TYPES)).toThrow(
    expect.objectContaining({ code: 'graph/not-json', message: expect.stringContaining('params.seed is no number') }),
  )
})

test('a link of a wrong kind is dropped, also where the kind travels through a "same" output', () => {
  const document = graph({ photo: ['input/photo'], same: ['toy/same'], colour: ['toy/colour'] }, [
    'photo.image > same.value',
    'same.value > colour.value',
  ])
  const read = readDocument(JSON.parse(serialize(document)), TYPES)
  expect(read.problems.map(({ code }) => code)).toEqual(['graph/mismatched-link'])
  expect(read.document.links).toHaveLength(1)
})

test('of a cycle only the closing link is dropped', () => {
  const document = graph({ a: ['toy/same'], b: ['toy/same'] }, ['a.value > b.value', 'b.value > a.value'])
  const read = readDocument(JSON.parse(serialize(document)), TYPES)
  expect(read.problems).toMatchObject([{ code: 'graph/cycle', path: 'links[1]' }])
  expect(read.document.links).toEqual(document.links.slice(0, 1))
})

test('a node of an unknown type or a newer version keeps its data and links', () => {
  const document = graph(
    { photo: ['input/photo'], x: ['other/thing', { deep: { list: [1, null, 'a'] } }], view: ['output/view'] },
    ['photo.image > x.anything', 'x.result > view.value'],
  )
  const nodes = document.nodes.map((node) =>
    node.id === 'view' ? { ...node, version: 7, params: { new: true } } : node,
  )
  const read = readDocument(JSON.parse(serialize({ ...document, nodes })), TYPES)
  expect(read.document).toEqual({ ...document, nodes })
  expect(read.problems.map(({ code, effect }) => [code, effect])).toEqual([
    ['graph/unknown-type', 'kept'],
    ['graph/newer-node', 'kept'],
  ])
})

test('old parameters are migrated step by step; a migration that fails keeps the node as it was', () => {
  const view = TYPES.get('output/view')
  if (view === undefined) throw new Error('no view')
  const type = (up: (params: JsonObject) => JsonObject): NodeType => ({
    ...view,
    version: 3,
    migrations: [
      { to: 2, up: ({ a, ...others }) => ({ ...others, b: a ?? null }) },
      { to: 3, up },
    ],
  })
  const document = graph({ view: ['output/view', { a: 5 }] }, [])
  const seen: JsonObject[] = []
  const good = readDocument(document, new Map([['output/view', type((params) => (seen.push(params), {}))]]))
  expect(seen).toEqual([{ b: 5 }])
  expect(good.document.nodes).toMatchObject([{ version: 3, params: {} }])
  expect(good.problems.map(({ code }) => code)).toEqual(['graph/migrated'])
  const bad = readDocument(
    document,
    new Map([
      [
        'output/view',
        type(() => {
          throw new Error('no')
        }),
      ],
    ]),
  )
  expect(bad.document.nodes).toMatchObject([{ version: 1, params: { a: 5 } }])
  expect(bad.problems).toMatchObject([{ code: 'graph/not-migrated', effect: 'kept' }])
})

test('the steps of the document format run in order from the saved schema', () => {
  const step = (to: number) => ({
    to,
    up: (file: JsonObject) => ({ ...file, seen: `${String(file['seen'] ?? '')}${to}` }),
  })
  expect(migrateSchema({ schema: 2 }, 2, [step(2), step(3), step(4)])).toEqual({ schema: 4, seen: '34' })
})

test('titles lose characters that hide or reorder text; file names lose folders; paths are no checkpoints', () => {
  const title = readDocument(
    data((file) => (file.title = 'a\u202eb\u0007c')),
    TYPES,
  )
  expect(title.document.title).toBe('abc')
  const sha256 = 'a'.repeat(64)
  const photo = readDocument(
    data(
      (file) =>
        void (file.nodes[0] = {
          ...file.nodes[0],
          params: { gain: 1, picture: { from: 'file', name: '/home/me/x.png', sha256 } },
        }),
    ),
    TYPES,
  )
  expect(photo.document.nodes[0]?.params['picture']).toEqual({ from: 'file', name: 'x.png', sha256 })
})

test('the worst graph of the largest size is read in seconds', () => {
  const nodes = Array.from({ length: 2000 }, (_, i) => ({
    id: `n${i}`,
    type: 'other/x',
    version: 1,
    params: {},
    position: { x: 0, y: 0 },
  }))
  const links = Array.from({ length: 10_000 }, (_, i) => link(`n${(i * 7) % 2000}.o`, `n${(i * 13 + 1) % 2000}.i${i}`))
  const start = performance.now()
  const { document } = readDocument({ format: 'marigold-graph', schema: 1, title: '', nodes, links }, TYPES)
  expect(document.nodes).toHaveLength(2000)
  expect(performance.now() - start).toBeLessThan(3_000)
})

test('a colour is kept as small letters; what is none is its default, and that is said', () => {
  const colour = (tint: string) => ({
    format: 'marigold-graph',
    schema: 1,
    nodes: [{ id: 'c', type: 'toy/colour', version: 1, position: { x: 0, y: 0 }, params: { map: 'red', tint } }],
    links: [],
  })
  const kept = readDocument(colour('#FF8800'), TYPES)
  expect(kept.document.nodes[0]?.params).toEqual({ map: 'red', tint: '#ff8800' })
  expect(kept.problems).toEqual([])
  const lost = readDocument(colour('<b>'), TYPES)
  expect(lost.document.nodes[0]?.params).toEqual({ map: 'red', tint: '#ff0000' })
  expect(lost.problems).toMatchObject([{ code: 'graph/param', path: 'nodes[0].params.tint', effect: 'repaired' }])
})

test('a parameter that is missing in many nodes of a type is told once, with how many; one that does not count is not', () => {
  const found = [...TYPES].find(([type]) => type === 'toy/colour')
  if (found === undefined) throw new Error('no toy has colours')
  const [name, { params }] = found
  const node = (id: string) => ({
    id,
    type: name,
    version: TYPES.get(name)?.version,
    position: { x: 0, y: 0 },
    params: {},
  })
  const file = (...ids: string[]) => ({ format: 'marigold-graph', schema: 1, nodes: ids.map(node), links: [] })
  const messages = (...ids: string[]) => readDocument(file(...ids), TYPES).problems.map(({ message }) => message)
  const what = `"${Object.keys(params)[0]}" of ${name} was missing`
  expect(messages('a')).toEqual([`${what} in node "a" and has its default.`])
  expect(messages('a', 'b', 'c')).toEqual([`${what} in 3 nodes and has its default.`])
})
