import { describe, expect, test } from 'vitest'
import { memoryFiles, Tier, type PackedFiles } from '../../../src/engine/results/tier.ts'
import type { Packed } from '../../../src/engine/results/packed.ts'
import { bench, marigold } from '../toys/bench.ts'

/** An engine to which everything that it computes is dear. */
function session(files: PackedFiles, cacheBytes = 1e9) {
  let clock = 0
  const tier = new Tier(files, 1e9)
  return { ...bench({ tiers: [tier], cacheBytes, now: () => (clock += 30) }), tier }
}

const depth = (engine: ReturnType<typeof bench>['engine'], node = 'mean', socket = 'depth') => {
  const value = engine.value(node, socket)
  return value && 'tensor' in value && value.tensor.location === 'cpu' ? [...value.tensor.data] : undefined
}

async function made(files: PackedFiles, members = 4) {
  const { engine } = session(files)
  await engine.run(marigold({ members }), { targets: ['mean'] })
  const result = depth(engine)
  await engine.dispose()
  return result
}

/** What a file holds, changed. */
async function damage(files: PackedFiles, change: (packed: Packed) => Packed | undefined): Promise<number> {
  const names = await files.list()
  for (const name of names) {
    const changed = change((await files.read(name)) ?? new Uint8Array())
    await (changed === undefined ? files.remove(name) : files.write(name, changed))
  }
  return names.length
}

test('a later session computes only what is new, with the same numbers', async () => {
  const files = memoryFiles()
  const before = await made(files)
  const { engine, ranBy, backend } = session(files)
  const states = await engine.update(marigold({ members: 4 }))
  expect(states.get('mean')?.phase).toBe('cached')
  expect(await ranBy(() => engine.run(marigold({ members: 4 }), { targets: ['mean'] }))).toEqual([])
  await engine.fetch('mean', 'depth')
  expect(depth(engine)).toEqual(before)
  const more = await ranBy(() => engine.run(marigold({ members: 6 }), { targets: ['mean'] }))
  expect(more.filter((what) => what.startsWith('denoise'))).toHaveLength(2)
  await engine.dispose()
  expect(backend.bytes).toBe(0)
})

describe('what a later session finds no result of, because it is cheap,', () => {
  /** A session that finds the result of the mean alone; one member of anything takes `ms`. */
  async function onlyTheMean(ms: number) {
    const files = memoryFiles()
    const { engine } = session(files)
    await engine.run(marigold())
    const { keys } = engine.planned('mean') ?? { keys: [] }
    await engine.dispose()
    for (const name of await files.list()) if (!keys.some((key) => name.startsWith(`${key}-`))) await files.remove(name)
    let clock = 0
    return bench({ tiers: [new Tier(files, 1e9)], now: () => (clock += ms) })
  }
  const types = (ran: readonly string[]) => [...new Set(ran.map((what) => what.split('#')[0]))].sort()

  test.each([0.01, 20])(
    'is made after the targets when it is known to take %s ms, so that its picture is there',
    async (ms) => {
      const { engine, ranBy } = await onlyTheMean(ms)
      // What it takes is learned from another run.
      await engine.run(marigold({ seed: 2 }), { targets: ['mean'] })
      expect(types(await ranBy(() => engine.run(marigold())))).toEqual(['colour', 'view'])
      const ran = await ranBy(() => engine.run(marigold(), { fill: true }))
      expect(types(ran)).toEqual(['denoise', 'noise', 'view'])
      expect(ran[0]).toBe('view')
      expect((await engine.update(marigold())).get('noise')?.phase).toMatch(/done|cached/)
      expect(await ranBy(() => engine.run(marigold(), { fill: true }))).toEqual(['view'])
      await engine.dispose()
    },
  )

  test('is not made when it takes long, or nobody knows how long', async () => {
    const dear = await onlyTheMean(2000)
    await dear.engine.run(marigold({ seed: 2 }), { targets: ['mean'] })
    expect(types(await dear.ranBy(() => dear.engine.run(marigold(), { fill: true })))).toEqual(['colour', 'view'])
    await dear.engine.dispose()
    const unknown = await onlyTheMean(0.01)
    expect(types(await unknown.ranBy(() => unknown.engine.run(marigold(), { fill: true })))).toEqual(['colour', 'view'])
    await unknown.engine.dispose()
  })
})

test('a change behind what is kept runs from there', async () => {
  const files = memoryFiles()
  await made(files)
  const { engine, ranBy } = session(files)
  const ran = await ranBy(() => engine.run(marigold({ map: 'red' })))
  expect(ran).toEqual(['colour', 'view'])
  await engine.dispose()
})

test('what the budget pushes off the backend comes back without being computed', async () => {
  const { engine, ranBy, backend } = session(memoryFiles(), 16)
  await engine.run(marigold(), { targets: ['mean'] })
  expect(engine.bytes).toBeLessThanOrEqual(16)
  expect(await ranBy(() => engine.run(marigold(), { targets: ['mean', 'denoise', 'encode'] }))).toEqual([])
  await engine.dispose()
  expect(backend.bytes).toBe(0)
})

describe('kept files that are', () => {
  test.each<[string, (packed: Packed) => Packed | undefined]>([
    ['gone', () => undefined],
    ['cut short', (packed) => packed.slice(0, -1)],
    ['empty', () => new Uint8Array()],
    ['damaged in one bit', (packed) => packed.map((byte, i) => (i === packed.length - 1 ? byte ^ 1 : byte))],
    ['another header', (packed) => packed.map((byte, i) => (i === 40 ? byte + 1 : byte))],
    ['without a header', (packed) => new Uint8Array(packed.length)],
  ])('%s are computed again, and nothing is done twice', async (_, change) => {
    const files = memoryFiles()
    const before = await made(files)
    const { engine, ranBy, backend } = session(files)
    // The engine has looked at what there is: the damage comes after.
    await engine.update(marigold())
    expect(await damage(files, change)).toBeGreaterThan(5)
    const ran = await ranBy(() => engine.run(marigold()))
    expect(new Set(ran).size).toBe(ran.length)
    expect(ran.filter((what) => what === 'view')).toHaveLength(1)
    expect(depth(engine)).toEqual(before)
    await engine.dispose()
    expect(backend.bytes).toBe(0)
  })
})

test('files that are views into larger buffers are read as well', async () => {
  const files = memoryFiles()
  const before = await made(files)
  const inside = (packed: Packed) => {
    const larger = new Uint8Array(packed.length + 16)
    larger.set(packed, 5)
    return larger.subarray(5, 5 + packed.length)
  }
  await damage(files, inside)
  const { engine, ranBy } = session(files)
  expect(await ranBy(() => engine.run(marigold(), { targets: ['mean'] }))).toEqual([])
  await engine.fetch('mean', 'depth')
  expect(depth(engine)).toEqual(before)
  await engine.dispose()
})

test('what is cheap is not kept', async () => {
  const files = memoryFiles()
  const { engine } = bench({ tiers: [new Tier(files, 1e9)], now: () => 0 })
  await engine.run(marigold())
  await engine.dispose()
  expect(await files.list()).toEqual([])
})

test('forgetting everything leaves no file', async () => {
  const files = memoryFiles()
  const { engine, ranBy } = session(files)
  await engine.run(marigold())
  await engine.clear({ everywhere: true })
  expect(await files.list()).toEqual([])
  expect(await ranBy(() => engine.run(marigold()))).not.toEqual([])
  await engine.dispose()
})
