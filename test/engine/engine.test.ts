import { expect, test } from 'vitest'
import { memberText } from '../../src/base/member-text.ts'
import type { GraphDocument } from '../../src/graph/document.ts'
import { bench, graph, marigold } from './toys/bench.ts'
import { FRAME } from './toys/nodes.ts'
import { AFFINE_DEPTH } from '../support/meaning.ts'

const without = (ran: readonly string[], ...names: string[]) => ran.filter((name) => !names.includes(name))

test('the first run computes everything once, each member once', async () => {
  const { engine, ranBy } = bench()
  const members = [0, 1, 2, 3]
  expect(await ranBy(() => engine.run(marigold()))).toEqual([
    'photo',
    'encode',
    ...members.map((i) => `noise#${i}`),
    ...members.map((i) => `denoise#${i}`),
    'mean',
    'colour',
    'view',
  ])
  // (gain 1 + 1) · 100 + seed 1 + member + steps 1, averaged over members 0..3
  const value = engine.value('mean', 'depth')
  expect(value?.kind === 'depth' && value.tensor.location === 'cpu' && value.tensor.data[0]).toBe(203.5)
})

test('an ensemble from 4 to 6 computes two members, back to 4 none', async () => {
  const { engine, ranBy } = bench()
  await engine.run(marigold({ members: 4 }))
  const more = await ranBy(() => engine.run(marigold({ members: 6 })))
  expect(without(more, 'mean', 'colour', 'view')).toEqual(['noise#4', 'noise#5', 'denoise#4', 'denoise#5'])
  expect(without(await ranBy(() => engine.run(marigold({ members: 4 }))), 'view')).toEqual([])
})

test('changing only the colours runs one node besides the view', async () => {
  const { engine, ranBy } = bench()
  await engine.run(marigold())
  expect(await ranBy(() => engine.run(marigold({ map: 'red' })))).toEqual(['colour', 'view'])
  const report = await engine.run(marigold({ map: 'grey' }))
  expect(report.nodes.map(({ id, computed, cached }) => [id, computed, cached])).toEqual([
    ['photo', 0, 1],
    ['encode', 0, 1],
    ['noise', 0, 4],
    ['denoise', 0, 4],
    ['mean', 0, 1],
    ['colour', 0, 1],
    ['view', 1, 0],
  ])
})

test('a batch size changes how, not what: nothing is stale; batches that do not fit are halved', async () => {
  const { engine, ranBy, ledger } = bench()
  const ran = await ranBy(() => engine.run(marigold({ members: 7, batch: 7 })))
  expect(ran.filter((name) => name.startsWith('denoise'))).toEqual([0, 1, 2, 3, 4, 5, 6].map((i) => `denoise#${i}`))
  expect(without(await ranBy(() => engine.run(marigold({ members: 7, batch: 2 }))), 'view')).toEqual([])
  expect(ledger.ran).toEqual(['view'])
})

test('titles and positions are in no key', async () => {
  const { engine } = bench()
  await engine.run(marigold())
  const nodes = marigold().nodes.map((node) => ({ ...node, title: `My ${node.id}`, position: { x: 7, y: 9 } }))
  const states = await engine.update({ ...marigold(), title: 'Other', nodes })
  expect([...states.values()].every(({ phase }) => phase === 'cached' || phase === 'done')).toBe(true)
})

test('states say what a run would compute, before it', async () => {
  const { engine } = bench()
  await engine.run(marigold({ members: 4 }))
  const states = await engine.update(marigold({ members: 6 }))
  expect(states.get('encode')?.phase).toBe('done')
  expect(states.get('denoise')).toMatchObject({ phase: 'stale', members: 2, of: 6 })
  expect(states.get('mean')).toMatchObject({ phase: 'stale', members: 1, of: 1 })
})

test('a sink writes again each time; what it needs comes from the cache', async () => {
  const { engine, ranBy } = bench()
  const document = graph({ photo: ['input/photo'], write: ['output/write'] }, ['photo.image > write.value'])
  expect(await ranBy(() => engine.run(document))).toEqual(['photo', 'write'])
  expect(await ranBy(() => engine.run(document))).toEqual(['write'])
})

test('only what the targets need is computed', async () => {
  const { engine, ranBy } = bench()
  expect(await ranBy(() => engine.run(marigold(), { targets: ['encode'] }))).toEqual(['photo', 'encode'])
})

test('what is asked for first is computed first, with all that it needs and nothing else', async () => {
  const document = graph(
    {
      photo: ['input/photo'],
      same: ['toy/same'],
      encode: ['toy/encode'],
      first: ['output/view'],
      second: ['output/view'],
    },
    [
      'photo.image > same.value',
      'photo.image > encode.image',
      'same.value > first.value',
      'encode.latent > second.value',
    ],
  )
  for (const targets of [
    ['first', 'second'],
    ['second', 'first'],
  ]) {
    const ended: string[] = []
    const { engine } = bench({
      listener: { state: ({ id }, { phase }) => (phase === 'done' ? ended.push(id) : undefined) },
    })
    await engine.run(document, { targets })
    const before = { first: 'same', second: 'encode' }
    const [a, b] = targets as ['first' | 'second', 'first' | 'second']
    expect(ended).toEqual(['photo', before[a], a, before[b], b])
    await engine.dispose()
  }
})

test('two nodes that do the same work do it once', async () => {
  const { engine, ranBy } = bench()
  const document = graph(
    { photo: ['input/photo'], a: ['toy/encode'], b: ['toy/encode'], va: ['output/view'], vb: ['output/write'] },
    ['photo.image > a.image', 'photo.image > b.image', 'a.latent > va.value', 'b.latent > vb.value'],
  )
  expect(without(await ranBy(() => engine.run(document)), 'view', 'write')).toEqual(['photo', 'encode'])
})

const failing = (how: string, at = 2): GraphDocument =>
  graph(
    {
      photo: ['input/photo'],
      encode: ['toy/encode'],
      noise: ['toy/noise'],
      bad: ['toy/fail', { at, how }],
      view: ['output/view'],
    },
    ['photo.image > encode.image', 'encode.latent > noise.like', 'noise.noise > bad.value', 'bad.value > view.value'],
  )

test.each([
  ['typed', 'node/toy'],
  ['foreign', 'engine/unexpected'],
  ['nothing', 'node/bad-output'],
])('an error (%s) names the node, and finished members stay', async (how, code) => {
  const { engine, backend } = bench()
  expect((await engine.run(failing(how))).failed).toMatchObject([{ code, node: 'bad' }])
  const states = await engine.update(failing(how))
  expect(states.get('bad')).toMatchObject({ phase: 'failed', error: { code, node: 'bad' } })
  expect([0, 1, 2].map((member) => engine.value('bad', 'value', member) !== undefined)).toEqual([true, true, false])
  await engine.dispose()
  expect(backend.bytes).toBe(0)
})

test('two ensembles of different sizes are refused before anything runs', async () => {
  const { engine, ranBy } = bench()
  const document = graph(
    {
      photo: ['input/photo'],
      encode: ['toy/encode'],
      a: ['toy/noise', { members: 3 }],
      b: ['toy/noise', { members: 5 }],
      d: ['toy/denoise'],
      view: ['output/view'],
    },
    [
      'photo.image > encode.image',
      'encode.latent > a.like',
      'encode.latent > b.like',
      'a.noise > d.image',
      'b.noise > d.noise',
      'd.latent > view.value',
    ],
  )
  const ran = await ranBy(() =>
    expect(engine.run(document)).rejects.toMatchObject({
      code: 'engine/member-mismatch',
      node: 'd',
      message: expect.stringMatching(/3.*5/),
    }),
  )
  expect(ran).toEqual([])
})

test.each([
  [
    'an open input',
    graph({ encode: ['toy/encode'], view: ['output/view'] }, ['encode.latent > view.value']),
    'engine/open-input',
    'encode',
  ],
  [
    'an unknown type',
    graph({ x: ['other/thing'], view: ['output/view'] }, ['x.y > view.value']),
    'engine/unknown-type',
    'x',
  ],
  [
    'a bad parameter',
    graph({ photo: ['input/photo', { gain: 99 }], view: ['output/view'] }, ['photo.image > view.value']),
    'engine/bad-param',
    'photo',
  ],
  [
    'no picture',
    graph({ photo: ['input/photo', { picture: null }], view: ['output/view'] }, ['photo.image > view.value']),
    'engine/no-picture',
    'photo',
  ],
  [
    'a missing picture',
    graph({ photo: ['input/photo', { picture: { from: 'example', name: 'missing' } }], view: ['output/view'] }, [
      'photo.image > view.value',
    ]),
    'image/missing',
    'photo',
  ],
  [
    'a cycle',
    graph({ a: ['toy/same'], b: ['toy/same'], view: ['output/view'] }, [
      'a.value > b.value',
      'b.value > a.value',
      'b.value > view.value',
    ]),
    'graph/cycle',
    'view',
  ],
  [
    'an ensemble of an ensemble',
    graph(
      {
        photo: ['input/photo'],
        encode: ['toy/encode'],
        noise: ['toy/noise'],
        again: ['toy/noise'],
        view: ['output/view'],
      },
      [
        'photo.image > encode.image',
        'encode.latent > noise.like',
        'noise.noise > again.like',
        'again.noise > view.value',
      ],
    ),
    'engine/nested-ensemble',
    'again',
  ],
  ['no sink', graph({ photo: ['input/photo'] }, []), 'engine/nothing-to-run', undefined],
])('%s is an error that names the node where the trouble is and says what to do', async (_, document, code, node) => {
  const { engine } = bench()
  await expect(engine.run(document)).rejects.toMatchObject({ code, node, fix: expect.any(String) })
})

test('a blocked target does not stop the others, and is reported', async () => {
  const { engine, ranBy } = bench()
  const document = graph({ photo: ['input/photo'], view: ['output/view'], open: ['output/write'] }, [
    'photo.image > view.value',
  ])
  const ran = await ranBy(async () => {
    expect((await engine.run(document)).blocked).toMatchObject([{ code: 'engine/open-input', node: 'open' }])
  })
  expect(ran).toEqual(['photo', 'view'])
})

test('a warning of a node is told once and is in the report', async () => {
  const heard: string[] = []
  const { engine } = bench({ listener: { warned: (node, message) => heard.push(`${node}: ${message}`) } })
  const report = await engine.run(marigold({ members: 2 }))
  expect(heard).toEqual(['mean: 2 members'])
  expect(report.nodes.find(({ id }) => id === 'mean')?.warnings).toEqual(['2 members'])
})

test('progress never goes back, ends at 1, and tells seconds once every type was measured', async () => {
  const heard: { done: number; left: number | undefined }[] = []
  const { engine } = bench({ listener: { progress: (done, left) => heard.push({ done, left }) } })
  await engine.run(marigold())
  expect(heard.map(({ done }) => done)).toEqual(heard.map(({ done }) => done).toSorted((a, b) => a - b))
  expect(heard.at(-1)?.done).toBe(1)
  expect(heard[0]?.left).toBeUndefined()
  heard.length = 0
  await engine.run(marigold({ seed: 9 }))
  expect(heard[0]?.left).toBeGreaterThan(0)
})

test('a run says which step of which member is being done', async () => {
  const { nodes } = bench()
  const denoise = nodes.get('toy/denoise')
  const batch = denoise?.batch
  if (denoise === undefined || batch === undefined) throw new Error('the toys have changed')
  const stepping = {
    ...denoise,
    batch: {
      ...batch,
      async run(...given: Parameters<typeof batch.run>) {
        for (let step = 1; step <= 2; step++) given[2].progress(step, 2)
        return batch.run(...given)
      },
    },
  }
  const heard: string[] = []
  const { engine } = bench({
    nodes: new Map([...nodes, [denoise.type, stepping]]),
    listener: {
      state: ({ id }, state) => {
        if (id !== 'denoise' || state.phase !== 'running') return
        heard.push(`${memberText(state.members, state.of)}, step ${state.step} of ${state.steps}`)
      },
    },
  })
  await engine.run(marigold({ members: 2 }))
  expect(heard.filter((text) => !text.includes('step 0'))).toEqual([
    'member 1 of 2, step 1 of 2',
    'member 1 of 2, step 2 of 2',
    'member 2 of 2, step 1 of 2',
    'member 2 of 2, step 2 of 2',
  ])
  heard.length = 0
  // The first two are kept.
  await engine.run(marigold({ members: 5, batch: 2 }))
  expect(heard.filter((text) => text.includes('step 1'))).toEqual([
    'members 3 to 4 of 5, step 1 of 2',
    'member 5 of 5, step 1 of 2',
  ])
})

test('a newer run replaces an older one', async () => {
  const { engine } = bench()
  const old = engine.run(marigold({ seed: 1 }))
  const next = engine.run(marigold({ seed: 2 }))
  await expect(old).rejects.toMatchObject({ code: 'engine/cancelled' })
  expect((await next).nodes).toHaveLength(7)
})

test('a small budget recomputes instead of failing, and is kept', async () => {
  const { engine, backend, ranBy } = bench({ cacheBytes: 24 })
  for (let i = 0; i < 3; i++) await engine.run(marigold({ seed: i }))
  expect(backend.bytes).toBeLessThanOrEqual(24)
  const value = await ranBy(() => engine.run(marigold({ seed: 0 })))
  expect(value).toContain('view')
  await engine.dispose()
  expect(backend.bytes).toBe(0)
})

test('50 runs leave nothing behind when the engine is disposed', async () => {
  const { engine, backend } = bench()
  for (let i = 0; i < 50; i++) await engine.run(marigold({ seed: i % 7, members: 1 + (i % 5), batch: 1 + (i % 3) }))
  expect(backend.bytes).toBe(engine.bytes)
  await engine.dispose()
  expect(backend.bytes).toBe(0)
})

test('another picture makes everything stale; the same bytes under another name nothing', async () => {
  const content = new Map([
    ['a', 'bytes 1'],
    ['b', 'bytes 2'],
    ['copy-of-a', 'bytes 1'],
  ])
  const sources = {
    picture: async ({ name }: { name: string }) => content.get(name) ?? '',
    checkpoint: async (id: string) => id,
  }
  const { engine, ranBy } = bench({ sources })
  const of = (name: string) =>
    graph({ photo: ['input/photo', { picture: { from: 'example', name } }], view: ['output/view'] }, [
      'photo.image > view.value',
    ])
  expect(await ranBy(() => engine.run(of('a')))).toEqual(['photo', 'view'])
  expect(await ranBy(() => engine.run(of('b')))).toEqual(['photo', 'view'])
  expect(await ranBy(() => engine.run(of('copy-of-a')))).toEqual(['view'])
})

test('what a faulty node returned is released', async () => {
  const { nodes, backend } = bench()
  const photo = nodes.get('input/photo')
  if (photo === undefined) throw new Error('no photo')
  const faulty = {
    ...photo,
    run: async () => ({
      depth: {
        kind: 'depth',
        meaning: AFFINE_DEPTH,
        tensor: backend.upload(new Float32Array(2), [1, 1, 1, 2]),
        frame: FRAME,
      },
    }),
  }
  const { engine } = bench({ nodes: new Map([...nodes, [photo.type, faulty]]), backend })
  expect((await engine.run(marigold())).failed).toMatchObject([{ code: 'node/bad-output', node: 'photo' }])
  expect(backend.bytes).toBe(0)
})
