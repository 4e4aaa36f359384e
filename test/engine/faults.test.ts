import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../../src/base/errors.ts'
import type { GraphDocument } from '../../src/graph/document.ts'
import type { AnyNode } from '../../src/node/define.ts'
import { bench, marigold } from './toys/bench.ts'

interface Faulty {
  readonly document: GraphDocument
  /** Which calls of nodes fail, counted over the run. */
  readonly failing: readonly number[]
  /** At which waiting point the run is cancelled, if any. */
  readonly cancel: number | undefined
}

/** Two branches of the marigold shape behind one picture: a failure in one leaves the other. */
const twoBranches = (a: GraphDocument, b: GraphDocument): GraphDocument => {
  const renamed = (id: string) => (id === 'photo' ? id : `${id}2`)
  return {
    ...a,
    nodes: [
      ...a.nodes,
      ...b.nodes.filter(({ id }) => id !== 'photo').map((node) => ({ ...node, id: renamed(node.id) })),
    ],
    links: [
      ...a.links,
      ...b.links.map(({ from, to }) => ({
        from: { ...from, node: renamed(from.node) },
        to: { ...to, node: renamed(to.node) },
      })),
    ],
  }
}

const branch = fc
  .record({
    members: fc.integer({ min: 1, max: 5 }),
    seed: fc.integer({ min: 1, max: 3 }),
    // A batch of 3 is more than the toys' memory holds: what is cached would be given up.
    batch: fc.integer({ min: 1, max: 2 }),
    map: fc.constantFrom('grey', 'red'),
  })
  .map(marigold)

const run: fc.Arbitrary<Faulty> = fc.record({
  document: fc.tuple(branch, branch).map(([a, b]) => twoBranches(a, b)),
  failing: fc.array(fc.nat(25), { maxLength: 3 }),
  cancel: fc.option(fc.nat(80), { nil: undefined, freq: 2 }),
})

/** The toys, of which the chosen calls throw after they have waited once. */
function withFaults(nodes: ReadonlyMap<string, AnyNode>, fails: () => boolean): ReadonlyMap<string, AnyNode> {
  const throwing = async <T>(work: () => Promise<T>): Promise<T> => {
    await Promise.resolve()
    if (fails()) throw new AppError('node/toy', 'It failed as asked.')
    return work()
  }
  return new Map(
    [...nodes].map(([type, node]) => {
      const { batch } = node
      const faulty: AnyNode = {
        ...node,
        run: (...given: Parameters<AnyNode['run']>) => throwing(async () => node.run(...given)),
        ...(batch && {
          batch: {
            ...batch,
            run: (...given: Parameters<typeof batch.run>) => throwing(async () => batch.run(...given)),
          },
        }),
      }
      return [type, faulty]
    }),
  )
}

type Bench = ReturnType<typeof bench>

/** Of every node with an output: its members' keys and first numbers, undefined where nothing is cached. */
const results = ({ engine, nodes }: Bench, document: GraphDocument) =>
  document.nodes.flatMap(({ id, type }) =>
    Object.keys(nodes.get(type)?.outputs ?? {}).map((socket) => ({
      id,
      members: Array.from({ length: engine.members(id, socket) }, (_, member) => {
        const value = engine.value(id, socket, member)
        const number = value && 'tensor' in value && value.tensor.location === 'cpu' ? value.tensor.data[0] : undefined
        return { key: engine.key(id, socket, member), number }
      }),
    })),
  )

test('whatever fails or is cancelled: results are those of a fresh run, nothing finished is computed twice, nothing is left', async () => {
  const met = { failed: 0, skipped: 0, cancelled: 0, finishedBeside: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 4 }), async (runs) => {
      let failing: ReadonlySet<number> = new Set()
      let calls = 0
      const toys = bench()
      const { backend } = toys
      const { engine } = bench({
        backend,
        nodes: withFaults(toys.nodes, () => failing.has(calls++)),
        pause: toys.ledger.tick,
      })
      const kept: Bench = { ...toys, engine }
      const finished = new Set<string | undefined>()
      let computed = 0
      const last = runs.slice(-1).map(({ document }): Faulty => ({ document, failing: [], cancel: undefined }))
      for (const { document, failing: which, cancel } of [...runs, ...last]) {
        failing = new Set(which)
        calls = 0
        const stop = new AbortController()
        let left = cancel ?? Infinity
        toys.ledger.wait = () => {
          if (left-- === 0) stop.abort()
        }
        const ran = await toys.ranBy(async () => {
          const report = await engine.run(document, { signal: stop.signal }).catch((error: unknown) => {
            expect(error).toMatchObject({ code: 'engine/cancelled' })
            met.cancelled += 1
          })
          if (!report) return
          const { failed = [], skipped = [] } = report
          met.failed += failed.length
          met.skipped += skipped.length
          if (failed.length > 0 && toys.ledger.ran.includes('view')) met.finishedBeside += 1
          expect(failed.length).toBeLessThanOrEqual(which.length)
          const ill = new Set([...failed, ...skipped].map(({ node }) => node))
          const whole = results(kept, document).filter(({ id }) => !ill.has(id))
          for (const { id, members } of whole) for (const { number } of members) expect(number, id).toBeDefined()
        })
        computed += ran.filter((name) => name !== 'view').length
        for (const { members } of results(kept, document))
          for (const { key, number } of members) if (number !== undefined) finished.add(key)
        expect(computed).toBe(finished.size)
        expect(backend.bytes).toBe(engine.bytes)
      }
      for (const { document } of last) {
        const fresh = bench()
        await fresh.engine.run(document)
        expect(results(kept, document)).toEqual(results(fresh, document))
        await fresh.engine.dispose()
        expect(fresh.backend.bytes).toBe(0)
      }
      await engine.dispose()
      expect(backend.bytes).toBe(0)
    }),
    { numRuns: 500 },
  )
  // Not vacuous: nodes failed, runs were cancelled, and branches finished beside failed ones.
  for (const [what, count] of Object.entries(met)) expect(count, what).toBeGreaterThan(100)
})
