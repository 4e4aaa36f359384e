import { expect, test } from 'vitest'
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
