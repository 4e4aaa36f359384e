import { expect, test } from 'vitest'
import { memoryFiles, Tier, type PackedFiles } from '../../src/engine/results/tier.ts'
import { bench, marigold } from './toys/bench.ts'
import { stepper, steppers } from './toys/stepper.ts'

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

test.each([
  ['on the backend', 1e9],
  ['in the tiers only', 8],
])(
  'aborting between and within steps leaks nothing, and no step that was finished runs again (kept %s)',
  async (_, cacheBytes) => {
    const members = 2
    const targets = ['stepper']
    /** A session whose run is aborted at its `point`-th wait: in steps, and where these are written or read. */
    const session = (point: number) => {
      const ran: string[] = []
      const stop = new AbortController()
      let left = point
      const tick = async (): Promise<void> => {
        await Promise.resolve()
        if (left-- === 0) stop.abort()
      }
      const step = stepper(ran, tick)
      const { nodes } = bench()
      let clock = 0
      const made = bench({
        nodes: new Map([...nodes, [step.type, step as never]]),
        tiers: [new Tier(waiting(memoryFiles(), tick), 1e9)],
        cacheBytes,
        // Steps of 300 ms are dear enough to be written.
        now: () => (clock += 300),
        pause: tick,
      })
      const numbers = async (): Promise<readonly unknown[]> =>
        Promise.all(
          Array.from({ length: members }, async (_, member) => {
            await made.engine.fetch('stepper', 'latent', member)
            const value = made.engine.value('stepper', 'latent', member)
            return value && 'tensor' in value && value.tensor.location === 'cpu' ? value.tensor.data[0] : undefined
          }),
        )
      return { ...made, ran, numbers, signal: stop.signal, never: () => (left = Infinity) }
    }
    const whole = session(Infinity)
    await whole.engine.run(steppers(members), { targets })
    expect(whole.ran).toHaveLength(4 * members)

    let point = 0
    let resumed = 0
    for (let completed = false; !completed; point++) {
      const { engine, backend, ran, numbers, signal, never } = session(point)
      completed = await engine.run(steppers(members), { targets, signal }).then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'engine/cancelled' })
          return false
        },
      )
      expect(backend.bytes).toBe(engine.bytes)
      expect(engine.bytes).toBeLessThanOrEqual(cacheBytes)
      never()
      if (ran.length % 4 !== 0) resumed += 1
      await engine.run(steppers(members), { targets })
      expect(ran).toEqual(whole.ran)
      expect(backend.bytes).toBe(engine.bytes)
      expect(await numbers()).toEqual(await whole.numbers())
      await engine.dispose()
      expect(backend.bytes).toBe(0)
    }
    expect(point).toBeGreaterThan(20)
    // Not vacuous: runs went on from the middle of a member.
    expect(resumed).toBeGreaterThan(10)
  },
)
