import { expect, test } from 'vitest'
import { memoryFiles, Tier } from '../../src/engine/results/tier.ts'
import { bench } from './toys/bench.ts'
import { stepper, steppers as document } from './toys/stepper.ts'

const targets = ['stepper']

function session(hears: (done: number) => void = () => undefined, tiers: readonly Tier[] = [], ms = 300) {
  let clock = 0
  const ran: string[] = []
  const { nodes } = bench()
  const step = stepper(ran, (done, left) => (left ? hears(done) : undefined))
  const registry = new Map([...nodes, [step.type, step]])
  return { ...bench({ nodes: registry as typeof nodes, tiers, now: () => (clock += ms) }), ran }
}

const number = (value: ReturnType<ReturnType<typeof bench>['engine']['value']>) =>
  value && 'tensor' in value && value.tensor.location === 'cpu' ? value.tensor.data[0] : undefined

test('a run after a cancel goes on from the last finished step, to the same numbers', async () => {
  const whole = session()
  await whole.engine.run(document(), { targets })
  const expected = number(whole.engine.value('stepper', 'latent'))
  expect(expected).not.toBe(undefined)
  await whole.engine.dispose()

  let stop = () => {}
  const { engine, ran, backend } = session((done) => (done === 3 ? stop() : undefined))
  const abort = new AbortController()
  stop = () => abort.abort()
  await expect(engine.run(document(), { targets, signal: abort.signal })).rejects.toMatchObject({
    code: 'engine/cancelled',
  })
  expect(ran).toEqual(['0: 1', '0: 2', '0: 3'])
  await engine.run(document(), { targets })
  expect(ran).toEqual(['0: 1', '0: 2', '0: 3', '0: 4'])
  expect(number(engine.value('stepper', 'latent'))).toBe(expected)
  await engine.dispose()
  expect(backend.bytes).toBe(0)
})

test('the steps of every member can be looked at afterwards', async () => {
  const { engine, backend } = session()
  await engine.run(document(2), { targets })
  for (const member of [0, 1]) {
    expect(engine.steps('stepper', 'latent', member)).toEqual([1, 2, 3])
    expect(await engine.stepCount('stepper', 'latent', member, 3)).toBe(4)
    const last = number(engine.value('stepper', 'latent', member)) ?? NaN
    for (const step of [1, 2, 3])
      expect(number(engine.value('stepper', 'latent', member, step))).toBe(last / 2 ** (4 - step))
  }
  expect(engine.steps('encode', 'latent')).toEqual([])
  expect(await engine.stepCount('encode', 'latent', 0, 1)).toBeUndefined()
  await engine.dispose()
  expect(backend.bytes).toBe(0)
})

test('another seed has steps of its own, and coming back finds the old ones', async () => {
  const { engine, ran } = session()
  await engine.run(document(1, 1), { targets })
  await engine.run(document(1, 2), { targets })
  expect(ran).toHaveLength(8)
  await engine.run(document(1, 1), { targets })
  expect(ran).toHaveLength(8)
  expect(engine.steps('stepper', 'latent')).toEqual([1, 2, 3])
  await engine.dispose()
})

test('steps that took long outlive their Worker; short ones do not, since writing them would cost more', async () => {
  for (const [ms, expected] of [
    [300, ['0: 4']],
    [1, ['0: 1', '0: 2', '0: 3', '0: 4']],
  ] as const) {
    const files = memoryFiles()
    const abort = new AbortController()
    const killed = session((done) => (done === 3 ? abort.abort() : undefined), [new Tier(files, 1e9)], ms)
    await expect(killed.engine.run(document(), { targets, signal: abort.signal })).rejects.toThrow()
    await killed.engine.dispose()
    const { engine, ran } = session(undefined, [new Tier(files, 1e9)], ms)
    await engine.run(document(), { targets })
    expect(ran).toEqual(expected)
    await engine.dispose()
  }
})
