import { expect, test } from 'vitest'
import { AppError } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { bench, graph, marigold } from './toys/bench.ts'

/** photo → encode → noise × 4, then a branch that fails (bad → end → view) and one that does not (denoise → mean). */
const branches = (bad: JsonObject) =>
  graph(
    {
      photo: ['input/photo'],
      encode: ['toy/encode'],
      noise: ['toy/noise'],
      bad: ['toy/fail', bad],
      end: ['toy/same'],
      view: ['output/view'],
      denoise: ['toy/denoise'],
      mean: ['toy/mean'],
      write: ['output/write'],
    },
    [
      'photo.image > encode.image',
      'encode.latent > noise.like',
      'noise.noise > bad.value',
      'bad.value > end.value',
      'end.value > view.value',
      'encode.latent > denoise.image',
      'noise.noise > denoise.noise',
      'denoise.latent > mean.depth',
      'mean.depth > write.value',
    ],
  )

test('a branch that does not depend on the failed node is finished; what depends on it is skipped and says why', async () => {
  const { engine, ranBy } = bench()
  let report: Awaited<ReturnType<typeof engine.run>> | undefined
  const ran = await ranBy(async () => (report = await engine.run(branches({ at: 0 }))))
  expect(ran.filter((name) => ['mean', 'write'].includes(name))).toEqual(['mean', 'write'])
  expect(ran.filter((name) => ['same', 'view'].includes(name))).toEqual([])
  expect(report?.failed).toEqual([
    { code: 'node/toy', message: 'Member 1 of 4: It failed as asked.', fix: 'Ask for less.', node: 'bad' },
  ])
  expect(report?.skipped).toEqual([
    { node: 'end', failed: 'bad' },
    { node: 'view', failed: 'bad' },
  ])
  const states = await engine.update(branches({ at: 0 }))
  expect(states.get('bad')).toMatchObject({ phase: 'failed' })
  expect(states.get('end')).toEqual({ phase: 'skipped', failed: 'bad' })
  expect(states.get('view')).toEqual({ phase: 'skipped', failed: 'bad' })
  expect(states.get('write')?.phase).toBe('done')
  // What was skipped is only stale again once it is another computation.
  expect((await engine.update(branches({ at: 1 }))).get('end')).toEqual({ phase: 'stale', members: 4, of: 4 })
})

test('every node that fails is named', async () => {
  const { engine } = bench()
  const document = graph(
    {
      photo: ['input/photo'],
      encode: ['toy/encode'],
      one: ['toy/fail', { how: 'foreign' }],
      two: ['toy/fail', { how: 'typed' }],
      three: ['toy/fail', { how: 'nothing' }],
      a: ['output/view'],
      b: ['output/view'],
      c: ['output/view'],
    },
    [
      'photo.image > encode.image',
      'encode.latent > one.value',
      'encode.latent > two.value',
      'encode.latent > three.value',
      'one.value > a.value',
      'two.value > b.value',
      'three.value > c.value',
    ],
  )
  const { failed, skipped } = await engine.run(document)
  expect(Object.fromEntries((failed ?? []).map(({ node, code }) => [node, code]))).toEqual({
    one: 'engine/unexpected',
    two: 'node/toy',
    three: 'node/bad-output',
  })
  expect(skipped?.map(({ node, failed: by }) => `${node} < ${by}`).sort()).toEqual(['a < one', 'b < two', 'c < three'])
})

test('members that were finished before one failed are kept, and a retry computes only the others', async () => {
  const failing = { now: true }
  const { nodes, backend } = bench()
  const [fail, same] = [nodes.get('toy/fail'), nodes.get('toy/same')]
  if (fail === undefined || same === undefined) throw new Error('the toys have changed')
  const ran: number[] = []
  const flaky = {
    ...fail,
    async run(...[inputs, , ctx]: Parameters<typeof fail.run>) {
      if (ctx.member.index === 2 && failing.now) throw new AppError('node/toy', 'Not now.')
      const made = await same.run(inputs, {} as never, ctx)
      ran.push(ctx.member.index)
      return made
    },
  }
  const { engine } = bench({ nodes: new Map([...nodes, [fail.type, flaky]]), backend })
  const document = branches({})
  expect((await engine.run(document)).failed).toMatchObject([{ node: 'bad', message: 'Member 3 of 4: Not now.' }])
  expect(ran).toEqual([0, 1])
  failing.now = false
  const report = await engine.run(document)
  expect(report.failed).toBeUndefined()
  expect(ran).toEqual([0, 1, 2, 3])
  expect(report.nodes.find(({ id }) => id === 'bad')).toMatchObject({ computed: 2, cached: 2 })
  await engine.dispose()
  expect(backend.bytes).toBe(0)
})

test.each(['gpu/device-lost', 'gpu/out-of-memory'] as const)('%s ends the whole run', async (code) => {
  const { nodes, backend } = bench()
  const fail = nodes.get('toy/fail')
  if (fail === undefined) throw new Error('the toys have changed')
  const fatal = {
    ...fail,
    run: async () => {
      throw new AppError(code, 'It is over.')
    },
  }
  const { engine, ledger } = bench({ nodes: new Map([...nodes, [fail.type, fatal]]), backend })
  await expect(engine.run(branches({}))).rejects.toMatchObject({ code, node: 'bad' })
  expect(ledger.ran).not.toContain('write')
  await engine.dispose()
  expect(backend.bytes).toBe(0)
})

test('progress comes to its end without what failed and what was skipped', async () => {
  const heard: number[] = []
  const { engine } = bench({ listener: { progress: (done) => heard.push(done) } })
  await engine.run(branches({ at: 1 }))
  expect(heard).toEqual(heard.toSorted((a, b) => a - b))
  expect(heard.at(-1)).toBe(1)
})

test('members that are computed at once and fail are all named, and a lost device is none of their faults', async () => {
  const { nodes, backend } = bench()
  const denoise = nodes.get('toy/denoise')
  const batch = denoise?.batch
  if (denoise === undefined || batch === undefined) throw new Error('the toys have changed')
  const fail = (error: AppError) => async () => {
    throw error
  }
  const failing = (error: AppError) =>
    new Map([...nodes, [denoise.type, { ...denoise, batch: { ...batch, run: fail(error) } }]])
  const unsound = bench({ nodes: failing(new AppError('node/not-finite', 'It has no value.')), backend })
  expect((await unsound.engine.run(marigold({ members: 4, batch: 3 }))).failed).toMatchObject([
    { node: 'denoise', message: 'Members 1 to 3 of 4: It has no value.' },
  ])
  const lost = bench({ nodes: failing(new AppError('gpu/device-lost', 'It is gone.')), backend })
  await expect(lost.engine.run(marigold({ members: 4, batch: 3 }))).rejects.toMatchObject({ message: 'It is gone.' })
  await unsound.engine.dispose()
  await lost.engine.dispose()
  expect(backend.bytes).toBe(0)
})
