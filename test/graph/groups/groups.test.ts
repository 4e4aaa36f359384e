import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../../../src/base/errors.ts'
import type { Json } from '../../../src/base/json.ts'
import { plan } from '../../../src/engine/plan.ts'
import type { GraphDocument, GroupDefinition } from '../../../src/graph/document.ts'
import { flatten } from '../../../src/graph/groups/flatten.ts'
import { gathered } from '../../../src/graph/groups/gather.ts'
import { opened } from '../../../src/graph/groups/open.ts'
import { catalogueWith, groupType, typesWith } from '../../../src/graph/groups/types.ts'
import { LIMITS } from '../../../src/graph/limits.ts'
import { serialize } from '../../../src/graph/serialize.ts'
import { canConnect, sockets } from '../../../src/graph/sockets.ts'
import { parseDocument, readDocument } from '../../../src/graph/validate.ts'
import { catalogueOf } from '../../../src/node/catalogue.ts'
import { bench, graph, marigold } from '../../engine/toys/bench.ts'
import { TYPES, validDocument } from '../documents.ts'
import { definition, grouped } from './definition.ts'

const { nodes } = bench()

const KNOWN = { types: TYPES, sinks: new Set(['output/view']), title: (id: string) => id }

/** The keys of everything that a graph computes. */
const keysOf = (document: GraphDocument): readonly string[] => {
  const { document: flat } = flatten(document)
  const targets = flat.nodes.map(({ id }) => id)
  const planned = plan({ document: flat, targets, nodes, contentOf: () => 'content', cached: () => false })
  return [...planned.nodes.values()].flatMap(({ keys }) => keys).toSorted()
}

test('a graph without groups is flat as it is', () => {
  const document = marigold()
  expect(flatten(document).document).toBe(document)
})

test('a group has the keys of its parts: closed, opened, and made of them again', () => {
  const parts = keysOf(marigold({ members: 3, seed: 7 }))
  const closed = grouped({ members: 3, seed: 7 })
  expect(keysOf(closed)).toEqual(parts)
  const open = opened(closed, 'toy')
  expect(open?.nodes).toEqual(['encode', 'noise', 'denoise', 'mean'])
  expect(open?.document.groups).toBeUndefined()
  expect(keysOf(open?.document ?? closed)).toEqual(parts)
  const again = gathered(open?.document ?? closed, new Set(open?.nodes), { ...KNOWN, sinks: new Set() })
  expect(again.document.nodes.map(({ type }) => type)).toEqual([
    'input/photo',
    'group/group',
    'toy/colour',
    'output/view',
  ])
  expect(keysOf(again.document)).toEqual(parts)
})

test('nodes that can be one are, in any graph: results, stars and validity stay, and opening brings them back', () => {
  let made = 0
  fc.assert(
    fc.property(validDocument, fc.nat(2 ** 8 - 1), (document, picks) => {
      const ids = new Set(document.nodes.filter((_, i) => (picks & (1 << i)) > 0).map(({ id }) => id))
      let one
      try {
        one = gathered(document, ids, KNOWN)
      } catch (error) {
        expect(error).toMatchObject({ code: 'graph/no-group', fix: expect.any(String) })
        return
      }
      made += 1
      expect(parseDocument(serialize(one.document), TYPES)).toEqual({ document: one.document, problems: [] })
      expect(keysOf(one.document)).toEqual(keysOf(document))
      const back = opened(one.document, one.node)
      if (back === undefined) throw new Error('It is a group.')
      expect(parseDocument(serialize(back.document), TYPES)).toEqual({ document: back.document, problems: [] })
      expect(keysOf(back.document)).toEqual(keysOf(document))
      const shown = (stars: GraphDocument['form']) => stars?.map(({ label, param }) => label ?? param)
      expect(shown(back.document.form)).toEqual(shown(document.form))
      const drawn = ({ nodes: all }: GraphDocument) => all.map(({ openSeeds }) => openSeeds ?? []).toSorted()
      expect(drawn(back.document)).toEqual(drawn(document))
    }),
    { numRuns: 1_000 },
  )
  expect(made).toBeGreaterThan(100)
})

test('why nodes cannot be one is said', () => {
  const why = (document: GraphDocument, ...ids: readonly string[]) => {
    try {
      gathered(document, new Set(ids), KNOWN)
    } catch (error) {
      return error instanceof AppError ? `${error.message} ${error.fix}` : error
    }
    return undefined
  }
  expect(why(marigold())).toMatch(/No node/)
  expect(why(marigold(), 'encode', 'denoise')).toBe('"noise" lies between these nodes. Select it as well.')
  expect(why(marigold(), 'colour', 'view')).toMatch(/"view" shows or writes a result/)
  expect(why(grouped(), 'photo', 'toy')).toMatch(/Open it first/)
})

test('what a parameter depends on is named as the group names it, and forgotten where the group does not show it', () => {
  const colour = {
    id: 'c',
    type: 'toy/colour',
    version: 1,
    params: { map: 'red', tint: '#00ff00' },
    position: { x: 0, y: 0 },
  }
  const shown = ['map', 'tint'].map((param) => ({ name: `${param}-out`, node: 'c', param }))
  const group = { id: 'g', title: 'G', nodes: [colour], links: [], inputs: [], outputs: [], params: shown }
  const paramsOf = (params: typeof shown) => typesWith(TYPES, [{ ...group, params }]).get('group/g')?.params
  expect(paramsOf(shown)?.['tint-out']).toMatchObject({ default: '#00ff00', when: { param: 'map-out', is: ['red'] } })
  expect(paramsOf(shown.slice(1))?.['tint-out']).not.toHaveProperty('when')
})

test('a group is a node type: sockets, parameters with the values of its parts, and a place in the catalogue', () => {
  const types = typesWith(TYPES, [definition({ members: 2 })])
  expect(types.get('group/toy')).toMatchObject({
    version: 1,
    inputs: { photo: { kind: 'image', each: false, optional: false } },
    outputs: { depth: { kind: 'depth', each: false } },
    params: { members: { label: 'Ensemble size', widget: 'number', default: 2, max: 20 }, seed: { default: 1 } },
  })
  expect(Object.keys(types.get('group/toy')?.params ?? {})).toEqual(['seed', 'members', 'steps'])
  const info = catalogueWith(catalogueOf(nodes), [definition()]).get('group/toy')
  expect(info).toMatchObject({ title: 'Toy Marigold', category: 'group', heavy: true, sink: false })
  expect(info?.keywords).toContain('Denoise')
  expect(catalogueWith(new Map([['group/toy', info]]) as never)).toEqual(new Map())
})

test('kinds and ensembles go through a group as through its parts', () => {
  const part = (id: string, type: string) => ({ ...graph({ [id]: [type] }, []).nodes[0] })
  const passing = { id: 'same', title: 'Same', nodes: [part('same', 'toy/same')], links: [], params: [] }
  const group = {
    ...passing,
    inputs: [{ name: 'in', to: [{ node: 'same', socket: 'value' }] }],
    outputs: [{ name: 'out', from: { node: 'same', socket: 'value' } }],
  } as GroupDefinition
  expect(groupType(group, TYPES)?.outputs['out']).toMatchObject({ kind: 'same', as: 'in' })
  const bare = graph({ photo: ['input/photo'], one: ['group/same'], colour: ['toy/colour'] }, ['photo.image > one.in'])
  const document = { ...bare, groups: [group] }
  const types = typesWith(TYPES, document.groups)
  expect(sockets(document, types).kinds({ node: 'one', socket: 'out' })).toEqual(['image'])
  const end = (node: string, socket: string) => ({ node, socket })
  expect(canConnect(document, types, end('one', 'out'), end('colour', 'value'))).toMatch(/takes depth, not image/)
  const ensemble = grouped()
  // What is mapped inside is one again outside.
  expect(sockets(ensemble, typesWith(TYPES, ensemble.groups)).ensemble(end('toy', 'depth'))).toBe(false)
})

type File = { [key: string]: Json } & { groups: { [key: string]: Json }[] }

const damaged = (damage: (group: { [key: string]: Json }, file: File) => void) => {
  const file = JSON.parse(serialize(grouped())) as File
  damage(file.groups[0] ?? {}, file)
  return () => readDocument(file, TYPES)
}

test.each<[string, string, Parameters<typeof damaged>[0]]>([
  [
    'a group within a group',
    'groups[0].nodes[0].type',
    ({ nodes: parts }) => Object.assign((parts as File[])[0] ?? {}, { type: 'group/toy' }),
  ],
  ['no parts', 'groups[0].nodes', (group) => (group['nodes'] = [])],
  ['no list of links', 'groups[0].links', (group) => delete group['links']],
  ['an id that is no name', 'groups[0].id', (group) => (group['id'] = 'a/b')],
  ['an input without a name', 'groups[0].inputs[0].name', (group) => (group['inputs'] = [{ to: [] }])],
  ['a text for a list', 'groups', (_, file) => (file['groups'] = 'x' as never)],
])('%s is refused, naming %s', (_, path, damage) => {
  expect(damaged(damage)).toThrow(
    expect.objectContaining({ code: 'graph/broken', message: expect.stringContaining(`: ${path} must`) }),
  )
})

test.each<[string, string, Parameters<typeof damaged>[0]]>([
  [
    'an input to an unknown part',
    'groups[0].inputs[0].to[0]',
    (group) => (group['inputs'] = [{ name: 'photo', to: [{ node: 'gone', socket: 'image' }] }]),
  ],
  [
    'an output of an unknown socket',
    'groups[0].outputs[0]',
    (group) => (group['outputs'] = [{ name: 'depth', from: { node: 'mean', socket: 'no' } }]),
  ],
  [
    'a parameter that its part has not',
    'groups[0].params[0]',
    (group) => (group['params'] = [{ name: 'seed', node: 'noise', param: 'no' }]),
  ],
  [
    'a second output of a name',
    'groups[0].outputs[1]',
    (group) => (group['outputs'] = [...(group['outputs'] as Json[]), ...(group['outputs'] as Json[])]),
  ],
  [
    'a cycle of parts',
    'groups[0].links[3]',
    (group) =>
      (group['links'] = [
        ...(group['links'] as Json[]).slice(0, 3),
        { from: { node: 'noise', socket: 'noise' }, to: { node: 'noise', socket: 'like' } },
      ]),
  ],
])('%s is dropped and listed with its path', (_, path, damage) => {
  const { document, problems } = damaged(damage)()
  expect(problems.map((problem) => problem.path)).toContain(path)
  expect(problems.every(({ effect }) => effect === 'repaired')).toBe(true)
  expect(parseDocument(serialize(document), TYPES)).toEqual({ document, problems: [] })
})

test('two groups of one id are told apart; a node of a group that is not defined is kept as it is', () => {
  const twice = damaged((group, file) => (file.groups = [group, structuredClone(group)]))()
  expect(twice.document.groups?.map(({ id }) => id)).toEqual(['toy', 'toy-2'])
  expect(twice.problems).toMatchObject([{ code: 'graph/duplicate-id', path: 'groups[1].id' }])
  const without = damaged((_, file) => delete (file as Partial<File>).groups)()
  expect(without.problems).toMatchObject([{ code: 'graph/unknown-type', effect: 'kept', node: 'toy' }])
  expect(without.document.nodes[1]?.params).toEqual({ seed: 1, members: 4, steps: 1 })
})

test('a group with a part of an unknown type is kept with all that nodes of it say', () => {
  const unknown = definition()
  const group = { ...unknown, nodes: unknown.nodes.map((node) => ({ ...node, version: 9 })) }
  const { document, problems } = parseDocument(serialize(grouped({ seed: 5 }, group)), TYPES)
  expect(document).toEqual(grouped({ seed: 5 }, group))
  expect(problems.length).toBeGreaterThan(0)
  expect(problems.every(({ effect }) => effect === 'kept')).toBe(true)
})

test('many nodes of a large group are refused before anything is made of them', () => {
  const part = definition().nodes[0]
  const parts = Array.from({ length: LIMITS.parts }, (_, i) => ({ ...part, id: `p${i}` }))
  const large = { ...definition(), nodes: parts, links: [], inputs: [], outputs: [], params: [] } as GroupDefinition
  const { nodes: some, ...rest } = grouped({}, large)
  const many = Array.from({ length: 11 }, (_, i) => ({ ...(some[1] ?? part), id: `n${i}`, params: {} }))
  expect(() => readDocument({ ...rest, nodes: many, links: [] }, TYPES)).toThrow(
    expect.objectContaining({ code: 'graph/too-large', fix: expect.any(String) }),
  )
})

test('only a graph with groups is written in the schema that has them', () => {
  expect(JSON.parse(serialize(marigold()))).toMatchObject({ schema: 1 })
  expect(JSON.parse(serialize(grouped()))).toMatchObject({ schema: 3 })
})
