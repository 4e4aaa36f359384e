import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../../src/base/errors.ts'
import { plan } from '../../src/engine/plan.ts'
import type { DocumentLink, GraphDocument } from '../../src/graph/document.ts'
import { passThrough } from '../../src/graph/pass-through.ts'
import { canConnect } from '../../src/graph/sockets.ts'
import { TYPES } from '../graph/documents.ts'
import { bench, graph, marigold } from './toys/bench.ts'

const { nodes } = bench()

const planned = (document: GraphDocument) =>
  plan({
    document,
    nodes,
    contentOf: () => 'content',
    cached: () => false,
    targets: document.nodes.map(({ id }) => id),
  })

const bypassing = (document: GraphDocument, ...ids: readonly string[]): GraphDocument => ({
  ...document,
  nodes: document.nodes.map((node) => (ids.includes(node.id) ? { ...node, bypass: true as const } : node)),
})

/** Graphs behind one photo, as connected as their kinds allow, with some of the nodes bypassed that can be. */
const connected: fc.Arbitrary<GraphDocument> = fc
  .record({
    types: fc.array(fc.constantFrom('toy/same', 'toy/encode', 'toy/noise', 'toy/denoise', 'toy/mean', 'toy/colour'), {
      minLength: 3,
      maxLength: 9,
    }),
    picks: fc.infiniteStream(fc.nat(100)),
    bypasses: fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
  })
  .map(({ types, picks, bypasses }) => {
    const bare = graph(Object.fromEntries(['input/photo', ...types].map((type, i) => [`n${i}`, [type]])), [])
    let document = bare
    for (const [at, node] of bare.nodes.entries()) {
      for (const socket of Object.keys(nodes.get(node.type)?.inputs ?? {})) {
        const to = { node: node.id, socket }
        const sources = bare.nodes
          .slice(0, at)
          .flatMap(({ id, type }) =>
            Object.keys(nodes.get(type)?.outputs ?? {}).map((output) => ({ node: id, socket: output })),
          )
        const fitting = sources.filter((from) => canConnect(document, TYPES, from, to) === undefined)
        const from = fitting[(picks.next().value ?? 0) % Math.max(1, fitting.length)]
        if (from) document = { ...document, links: [...document.links, { from, to }] }
      }
    }
    const can = (type: string) => passThrough(nodes.get(type) ?? { inputs: {}, outputs: {} }).size > 0
    const chosen = bare.nodes.filter(({ type }, i) => bypasses[i] && can(type))
    return bypassing(document, ...chosen.map(({ id }) => id))
  })

/** Follows a link back past all bypassed nodes; undefined where nothing passes. */
function feeding(document: GraphDocument, { from, to }: DocumentLink): DocumentLink | undefined {
  const node = document.nodes.find(({ id }) => id === from.node)
  if (!node?.bypass) return { from, to }
  const type = nodes.get(node.type)
  const input = type && passThrough(type).get(from.socket)
  const before = document.links.find((link) => link.to.node === node.id && link.to.socket === input)
  return before && feeding(document, { from: before.from, to })
}

test('a graph with bypassed nodes has the keys and states of one without them', () => {
  let compared = 0
  fc.assert(
    fc.property(connected, (document) => {
      const without: GraphDocument = {
        ...document,
        nodes: document.nodes.filter(({ bypass }) => !bypass),
        links: document.links
          .flatMap((link) => feeding(document, link) ?? [])
          .filter(({ to }) => document.nodes.some((node) => node.id === to.node && !node.bypass)),
      }
      const [one, other] = [planned(document), planned(without)]
      for (const { id } of without.nodes) {
        const expected = other.nodes.get(id)
        expect(one.nodes.get(id)?.keys).toEqual(expected?.keys)
        if (expected) expect(one.states.get(id)).toEqual(other.states.get(id))
        if (expected && expected.sources.size > 0) compared++
      }
      const work = ({ steps }: ReturnType<typeof planned>) =>
        new Map(steps.map(({ node, members }) => [node.id, members]))
      expect(work(one)).toEqual(work(other))
    }),
    { numRuns: 500 },
  )
  expect(compared).toBeGreaterThan(300)
})

test('what passes through a bypassed node is computed, shown in its place, and nothing of it is asked of the node', async () => {
  const { engine, ranBy } = bench()
  const chain = graph({ photo: ['input/photo'], a: ['toy/same'], b: ['toy/same'], view: ['output/view'] }, [
    'photo.image > a.value',
    'a.value > b.value',
    'b.value > view.value',
  ])
  const document = bypassing(chain, 'a', 'b')
  expect(await ranBy(() => engine.run(document))).toEqual(['photo', 'view'])
  expect((await engine.update(document)).get('b')).toEqual({ phase: 'bypassed' })
  expect(engine.key('b', 'value')).toBe(engine.key('photo', 'image'))
  expect(engine.value('b', 'value')).toBe(engine.value('photo', 'image'))
  expect(await ranBy(() => engine.run(document, { targets: ['b'] }))).toEqual([])
  await engine.dispose()
})

test('an ensemble passes the node that would have merged it', () => {
  const document = bypassing(marigold({ members: 3 }), 'denoise')
  expect(planned(document).nodes.get('mean')?.keys).toHaveLength(1)
  expect(planned(document).nodes.get('mean')?.sources.get('depth')?.node.id).toBe('encode')
})

const open = graph({ same: ['toy/same'], view: ['output/view'] }, ['same.value > view.value'])

test.each<[string, GraphDocument, string, string, RegExp]>([
  ['a node without a pass-through', bypassing(marigold(), 'encode'), 'encode', 'engine/no-pass-through', /Encode/],
  ['a sink', bypassing(marigold(), 'view'), 'view', 'engine/no-pass-through', /View/],
  ['an open pass-through', bypassing(open, 'same'), 'view', 'engine/open-input', /Same is bypassed, .* its "value"/],
])('%s is refused with an error that names the node and says what to do', (_, document, blocked, code, message) => {
  const state = planned(document).states.get(blocked)
  expect(state).toMatchObject({ phase: 'blocked', error: { code, fix: expect.any(String) } })
  expect(state?.phase === 'blocked' && state.error.message).toMatch(message)
  expect(planned(document).blocked.every((error) => error instanceof AppError)).toBe(true)
})
