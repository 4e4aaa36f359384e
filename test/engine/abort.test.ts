import { expect, test } from 'vitest'
import { memoryFiles, Tier, type PackedFiles } from '../../src/engine/results/tier.ts'
import { bench, marigold } from './toys/bench.ts'

test.each([1, 2])(
  'aborting at every await point leaks nothing and keeps what was finished (batches of %i)',
  async (batch) => {
    const document = marigold({ batch })
    const whole = bench()
    await whole.engine.run(document)
    const everything = [...whole.ledger.ran].sort()

    let point = 0
    for (let completed = false; !completed; point++) {
      const { engine, backend, ledger } = bench()
      const stop = new AbortController()
      let left = point
      ledger.wait = () => {
        if (left-- === 0) stop.abort()
      }
      completed = await engine.run(document, { signal: stop.signal }).then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'engine/cancelled' })
          return false
        },
      )
      expect(backend.bytes).toBe(engine.bytes)
      // What was finished is not computed again: both halves together are one whole run.
      if (!completed) {
        ledger.wait = () => undefined
        await engine.run(document)
        expect([...ledger.ran].sort()).toEqual(everything)
      }
      await engine.dispose()
      expect(backend.bytes).toBe(0)
    }
    expect(point).toBeGreaterThan(20)
  },
)

/** Files whose every access is a point where a run may be aborted. */
function waiting(files: PackedFiles, tick: () => Promise<void>): PackedFiles {
  const after = async <T>(work: () => Promise<T>): Promise<T> => {
    await tick()
    return work()
  }
  return {
    list: () => after(() => files.list()),
    read: (name) => after(() => files.read(name)),
    write: (name, packed) => after(() => files.write(name, packed)),
    remove: (name) => after(() => files.remove(name)),
  }
}

test('aborting while results are read from or written to where they are kept leaks nothing and loses nothing', async () => {
  const document = marigold()
  let clock = 0
  const now = () => (clock += 30)
  const kept = memoryFiles()
  // A session of the past has left some members, dear to make.
  const past = bench({ tiers: [new Tier(kept, 1e9)], now })
  await past.engine.run(marigold({ members: 2 }), { targets: ['denoise'] })
  await past.engine.dispose()
  const left = await kept.list()
  expect(left.length).toBeGreaterThan(3)
  const whole = bench({ now })
  await whole.engine.run(document)
  const number = ({ engine }: typeof whole): number | undefined => {
    const value = engine.value('mean', 'depth')
    return value && 'tensor' in value && value.tensor.location === 'cpu' ? value.tensor.data[0] : undefined
  }

  let point = 0
  for (let completed = false; !completed; point++) {
    const files = memoryFiles()
    for (const name of left) await files.write(name, (await kept.read(name)) ?? new Uint8Array())
    const stop = new AbortController()
    let wait = point
    const tick = async (): Promise<void> => {
      await Promise.resolve()
      if (wait-- === 0) stop.abort()
    }
    // A budget of one tensor: what is finished is read back.
    const made = bench({ tiers: [new Tier(waiting(files, tick), 1e9)], now, cacheBytes: 8 })
    made.ledger.wait = () => {
      if (wait-- === 0) stop.abort()
    }
    completed = await made.engine.run(document, { signal: stop.signal }).then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'engine/cancelled' })
        return false
      },
    )
    expect(made.backend.bytes).toBe(made.engine.bytes)
    expect(made.engine.bytes).toBeLessThanOrEqual(8)
    wait = Infinity
    await made.engine.run(document)
    const { ran } = made.ledger
    // The two members of the past were not computed, and the others once.
    expect(ran.filter((name) => name.startsWith('denoise')).sort()).toEqual(['denoise#2', 'denoise#3'])
    await made.engine.fetch('mean', 'depth')
    expect(number(made)).toBe(number(whole))
    await made.engine.dispose()
    expect(made.backend.bytes).toBe(0)
  }
  expect(point).toBeGreaterThan(20)
})
