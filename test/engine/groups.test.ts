import { expect, test } from 'vitest'
import type { NodeState } from '../../src/engine/events.ts'
import type { GraphDocument, GroupDefinition } from '../../src/graph/document.ts'
import { opened } from '../../src/graph/groups/open.ts'
import { definition, grouped } from '../graph/groups/definition.ts'
import { bench, graph, marigold } from './toys/bench.ts'

const open = (document: GraphDocument): GraphDocument => {
  const result = opened(document, 'toy')
  if (result === undefined) throw new Error('It is a group.')
  return result.document
}

test('what a group computed is there when it is opened, and the other way round', async () => {
  const { engine, ranBy } = bench()
  const closed = grouped({ members: 2 })
  expect(await ranBy(() => engine.run(closed))).toContain('mean')
  expect(await ranBy(() => engine.run(open(closed)))).toEqual(['view'])
  const other = grouped({ members: 3 })
  expect(await ranBy(() => engine.run(open(other)))).toEqual(['noise#2', 'denoise#2', 'mean', 'colour', 'view'])
  expect(await ranBy(() => engine.run(other))).toEqual(['view'])
})

test('a group gives what its parts give: its value, of one member, under the key of the part', async () => {
  const { engine } = bench()
  await engine.run(marigold({ members: 2, seed: 5 }))
  const key = engine.key('mean', 'depth')
  await engine.run(grouped({ members: 2, seed: 5 }))
  expect(engine.key('toy', 'depth')).toBe(key)
  expect(engine.value('toy', 'depth')?.kind).toBe('depth')
  expect(engine.value('toy', 'photo')?.kind).toBe('image')
  expect(engine.members('toy', 'depth')).toBe(1)
  expect(engine.finished('toy', 'depth')).toBe(true)
  expect(engine.sockets('toy')).toEqual(['depth'])
})

test('the members of an ensemble within a group are shown on the group', async () => {
  const { engine } = bench()
  await engine.run(grouped({ members: 3 }))
  const at = engine.ensemble('toy', 'depth')
  expect(at).toEqual({ node: 'toy/denoise', socket: 'latent', merged: true })
  expect(engine.merging()).toEqual(new Map([['toy', at]]))
  expect(engine.members('toy/denoise', 'latent')).toBe(3)
  expect(engine.lookedAt({ node: 'toy', socket: 'depth', member: 2 })).toEqual({
    node: 'toy/denoise',
    socket: 'latent',
    member: 2,
  })
  expect(engine.lookedAt({ node: 'toy', socket: 'depth' })).toEqual({ node: 'toy', socket: 'depth', member: 0 })
})

test('a run tells of the group, never of its parts: waiting, running, its parts’ members and steps, done', async () => {
  const said: (readonly [string, NodeState])[] = []
  const warned: (readonly [string, string])[] = []
  const phases: (NodeState | undefined)[] = []
  const document = grouped({ members: 2 })
  const { engine, ledger } = bench({
    listener: {
      state: ({ id }, state) => void said.push([id, state]),
      warned: (node, message) => void warned.push([node, message]),
    },
  })
  let asked = Promise.resolve()
  ledger.wait = () => {
    asked = asked.then(async () => void phases.push((await engine.update(document)).get('toy')))
  }
  await engine.run(document)
  ledger.wait = () => undefined
  await asked
  expect(new Set(said.map(([id]) => id))).toEqual(new Set(['photo', 'toy', 'colour', 'view']))
  expect(said).toContainEqual(['toy', { phase: 'running', members: [1], of: 2, step: 1, steps: 2 }])
  expect(warned).toEqual([['toy', 'Mean: 2 members']])
  const order = [...new Set(phases.map((state) => state?.phase))]
  expect(order).toEqual(['waiting', 'running', 'done'])
  const states = await engine.update(document)
  expect([...states.keys()]).toEqual(['photo', 'toy', 'colour', 'view'])
  expect(states.get('toy')).toMatchObject({ phase: 'done', computed: 6, cached: 0 })
  expect((await engine.update(grouped({ members: 4 }))).get('toy')).toMatchObject({ phase: 'stale', members: 2, of: 4 })
})

test('a part that fails is an error of the group, which names the part; what is behind it is skipped', async () => {
  const base = definition()
  const [encode, ...others] = base.nodes
  const fail = graph({ bad: ['toy/fail', { at: 0 }] }, []).nodes
  const group: GroupDefinition = {
    ...base,
    nodes: [...(encode ? [encode] : []), ...fail, ...others],
    links: [
      { from: { node: 'encode', socket: 'latent' }, to: { node: 'bad', socket: 'value' } },
      ...base.links.map((link) =>
        link.from.node === 'encode' ? { ...link, from: { node: 'bad', socket: 'value' } } : link,
      ),
    ],
  }
  const { engine } = bench()
  const document = grouped({}, group)
  const report = await engine.run(document)
  const error = { code: 'node/toy', message: 'Fail: It failed as asked.', fix: 'Ask for less.', node: 'toy' }
  expect(report.failed).toEqual([error])
  expect(report.skipped).toEqual([
    { node: 'colour', failed: 'toy' },
    { node: 'view', failed: 'toy' },
  ])
  const states = await engine.update(document)
  expect(states.get('toy')).toEqual({ phase: 'failed', error })
  expect(states.get('view')).toEqual({ phase: 'skipped', failed: 'toy' })
})

test('what blocks a part is said of the group: an open input by the group’s own name, all else naming the part', async () => {
  const { engine } = bench()
  const alone = { ...grouped(), links: grouped().links.slice(1) }
  const blocked = (await engine.update(alone)).get('toy')
  expect(blocked).toMatchObject({
    phase: 'blocked',
    error: { code: 'engine/open-input', message: 'Nothing is connected to the input "photo".', node: 'toy' },
  })
  expect(await engine.run(alone).catch((error: unknown) => error)).toMatchObject({
    code: 'engine/open-input',
    node: 'toy',
    fix: 'Connect something to "photo" of Toy Marigold.',
  })
  const bad = (await engine.update(grouped({ steps: 0.5 }))).get('toy')
  expect(bad).toMatchObject({
    error: { code: 'engine/bad-param', node: 'toy', message: expect.stringMatching(/^Denoise: /) },
  })
})

test('a group may be what is run for; without outputs it is all of its parts', async () => {
  const { engine, ranBy } = bench()
  expect(await ranBy(() => engine.run(grouped({ members: 1 }), { targets: ['toy'] }))).toEqual([
    'photo',
    'encode',
    'noise',
    'denoise#0',
    'mean',
  ])
  const closed = { ...definition(), outputs: [] }
  const { engine: other, ranBy: by } = bench()
  expect(await by(() => other.run(grouped({ members: 1 }, closed), { targets: ['toy'] }))).toContain('mean')
})

test('a bypassed group passes on what has the kind of its output, and says so where nothing has', async () => {
  const bypassing = (document: GraphDocument, id: string): GraphDocument => ({
    ...document,
    nodes: document.nodes.map((node) => (node.id === id ? { ...node, bypass: true as const } : node)),
  })
  const { engine, ranBy } = bench()
  const none = bypassing(grouped(), 'toy')
  expect((await engine.update(none)).get('toy')).toMatchObject({
    phase: 'blocked',
    error: { code: 'engine/no-pass-through', message: expect.stringMatching(/^Toy Marigold is bypassed/), node: 'toy' },
  })
  const [same] = graph({ same: ['toy/same'] }, []).nodes
  const group = {
    id: 'same',
    title: 'Same',
    nodes: same ? [same] : [],
    links: [],
    inputs: [{ name: 'in', to: [{ node: 'same', socket: 'value' }] }],
    outputs: [{ name: 'out', from: { node: 'same', socket: 'value' } }],
    params: [],
  }
  const bare = graph({ photo: ['input/photo'], one: ['group/same'], view: ['output/view'] }, [
    'photo.image > one.in',
    'one.out > view.value',
  ])
  const passing = bypassing({ ...bare, groups: [group] }, 'one')
  expect((await engine.update(passing)).get('one')).toEqual({ phase: 'bypassed' })
  expect(await ranBy(() => engine.run(passing))).toEqual(['photo', 'view'])
  expect(engine.value('one', 'out')?.kind).toBe('image')
})
