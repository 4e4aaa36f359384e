import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { serialize } from '../../src/graph/serialize.ts'
import { parseDocument, readDocument } from '../../src/graph/validate.ts'
import { graph } from '../engine/toys/bench.ts'
import { TYPES } from './documents.ts'

const type = [...TYPES].find(([, { params }]) => Object.values(params).some(({ widget }) => widget === 'seed'))
if (!type) throw new Error('no toy has a seed')
const [name, { params }] = type
const seed = Object.keys(params).find((param) => params[param]?.widget === 'seed') ?? ''
const other = Object.keys(params).find((param) => params[param]?.widget !== 'seed') ?? ''
const toy = graph({ one: [name] }, [])
const read = (openSeeds: Json, more: JsonObject = {}) => {
  const file = JSON.parse(serialize(toy)) as { nodes: JsonObject[] }
  return readDocument({ ...file, nodes: [{ ...file.nodes[0], openSeeds, ...more }] }, TYPES)
}

test('which seeds are drawn anew is read as it was written, in a file that older readers compute the same of', () => {
  const document = { ...toy, nodes: toy.nodes.map((node) => ({ ...node, openSeeds: [seed] })) }
  expect(JSON.parse(serialize(document))).toMatchObject({ schema: 1, nodes: [{ openSeeds: [seed] }] })
  expect(parseDocument(serialize(document), TYPES)).toEqual({ document, problems: [] })
})

test.each<[string, Json, readonly string[] | undefined]>([
  ['that is no seed', [seed, other], [seed]],
  ['that the node has not', [seed, 'constructor'], [seed]],
  ['twice', [seed, seed], [seed]],
  ['none of them', [], undefined],
])('what names a parameter %s is repaired, and that is said', (_, given, left) => {
  const { document, problems } = read(given)
  expect(problems.map(({ code, node }) => [code, node])).toEqual([['graph/seeds', 'one']])
  expect(document.nodes[0]?.openSeeds).toEqual(left)
  expect(parseDocument(serialize(document), TYPES).problems).toEqual([])
})

test('a node that is not known here keeps its list', () => {
  expect(read(['far'], { type: 'new/thing' }).document.nodes[0]?.openSeeds).toEqual(['far'])
})

test.each<[string, Json]>([
  ['no list', 'seed'],
  ['no names', [1]],
  ['names that steer', ['__proto__ x']],
  ['more than are read', Array.from({ length: 21 }, () => seed)],
])('%s are refused', (_, given) => {
  expect(() => read(given)).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^graph\/(broken|too-large)$/), fix: expect.any(String) }),
  )
})
