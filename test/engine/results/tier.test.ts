import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryFiles, Tier, type PackedFiles } from '../../../src/engine/results/tier.ts'

const packed = (bytes: number) => new Uint8Array(bytes)

async function filled(budget: number, files = memoryFiles()) {
  const tier = new Tier(files, budget)
  await tier.open()
  return tier
}

test('what one tier has written another finds, with its cost', async () => {
  const files = memoryFiles()
  const first = await filled(1e6, files)
  first.save('a', packed(10), 123)
  await first.settled()
  const second = await filled(1e6, files)
  expect(second.has('a')).toBe(true)
  expect(await second.load('a')).toEqual({ packed: packed(10), ms: 123 })
})

test('over the budget, what is large and cheap to make again goes first, from the files too', async () => {
  const files = memoryFiles()
  const tier = await filled(100, files)
  tier.save('cheap', packed(60), 20)
  tier.save('dear', packed(60), 2_000)
  tier.save('small', packed(10), 20)
  await tier.settled()
  expect(['cheap', 'dear', 'small'].map((key) => tier.has(key))).toEqual([false, true, true])
  expect([tier.bytes, await files.list()]).toEqual([70, ['dear-2000-60', 'small-20-10']])
})

test('a file of another length than was written, or with a foreign name, is none', async () => {
  const files = memoryFiles()
  await files.write('half-50-100', packed(40))
  await files.write('notes.txt', packed(40))
  const tier = await filled(1e6, files)
  expect(tier.has('half')).toBe(true)
  expect(await tier.load('half')).toBe(undefined)
  expect(tier.has('half')).toBe(false)
  await tier.settled()
  expect(await files.list()).toEqual(['notes.txt'])
})

test('a write that fails is told once, and nothing more is tried; what is there is still read', async () => {
  const told: unknown[] = []
  const good = memoryFiles()
  let writes = 0
  const files: PackedFiles = {
    ...good,
    write: async (name, bytes) => {
      writes += 1
      if (writes > 1) throw new Error('The disk is full.')
      await good.write(name, bytes)
    },
  }
  const tier = new Tier(files, 1e6, (error) => told.push(error))
  await tier.open()
  for (const key of ['a', 'b', 'c']) tier.save(key, packed(4), 50)
  await tier.settled()
  expect([writes, told.length, tier.has('a'), tier.has('b')]).toEqual([2, 1, true, false])
  expect((await tier.load('a'))?.ms).toBe(50)
})

test('files that cannot be listed are as if there were none', async () => {
  const told: unknown[] = []
  const files = { ...memoryFiles(), list: () => Promise.reject(new Error('private window')) }
  const tier = new Tier(files, 1e6, (error) => told.push(error))
  await tier.open()
  tier.save('a', packed(4), 50)
  await tier.settled()
  expect([tier.has('a'), told.length]).toEqual([false, 1])
})

test('after any sequence the bytes are those of the files, and within the budget', async () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd')
  const step = fc.oneof(
    fc.record({ do: fc.constant('save' as const), key, bytes: fc.integer({ min: 1, max: 80 }), ms: fc.nat(500) }),
    fc.record({ do: fc.constantFrom('load' as const, 'forget' as const), key }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const files = memoryFiles()
      const tier = await filled(120, files)
      for (const now of steps) {
        if (now.do === 'save') tier.save(now.key, packed(now.bytes), now.ms)
        else if (now.do === 'load') await tier.load(now.key)
        else tier.forget(now.key)
      }
      await tier.settled()
      const sizes = await Promise.all((await files.list()).map(async (name) => (await files.read(name))?.length ?? 0))
      expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBe(tier.bytes)
      expect(tier.bytes).toBeLessThanOrEqual(120)
    }),
    { numRuns: 300 },
  )
})
