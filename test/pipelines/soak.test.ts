import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { plainError } from '../../src/base/errors.ts'
import { memoryFiles, Tier } from '../../src/engine/results/tier.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { FIXTURES } from '../support/fixtures.ts'
import { exampleEngine, withParams } from './support/example-engine.ts'

/** `SOAK_RUNS=500 npx vitest run --project unit test/pipelines/soak.test.ts` for the long one. */
const RUNS = Number(process.env['SOAK_RUNS'] ?? 60)
/** Runs after which everything that is loaded once has been loaded, and the budgets are full. */
const WARM = Math.floor(RUNS / 4)
const FOLDER = join(FIXTURES, 'checkpoints/tiny-ddim-leading')

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes of the heap and of the arrays beside it that are still used. */
function used(): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const pick = <T>(of: readonly [T, ...T[]], i: number): T => of[i % of.length] ?? of[0]

const settings = (i: number): Readonly<Record<string, string | number>> => ({
  'fit.resolution': 16,
  // Every third run is as one before: it computes what is not kept any more.
  'noise.seed': i % 3 === 0 ? i % 30 : i,
  'noise.members': pick([1, 3, 2, 4], i),
  'denoise.steps': pick([1, 2], Math.floor(i / 2)),
  'denoise.batch_size': pick([1, 2], Math.floor(i / 3)),
  'align.max_iter': 1,
  'colorize.colormap': pick(['Spectral', 'turbo', 'grey'], i),
})

test(`${RUNS} runs with changing parameters, cancelled now and then, leave no tensor and no memory behind`, async () => {
  const backend = new CpuBackend()
  const runtime = await openWasmRuntime({ backend, threads: 1 })
  let stop = new AbortController()
  let until = Infinity
  const { engine, document, close } = await exampleEngine(FOLDER, runtime, {
    backend,
    // Small enough that both give things up.
    cacheBytes: 2 ** 17,
    tiers: [new Tier(memoryFiles(), 2 ** 18)],
    listener: { progress: (done) => done >= until && stop.abort() },
  })
  const met = { finished: 0, cancelled: 0, computed: 0, cached: 0 }
  let before = 0
  for (let i = 0; i < RUNS; i++) {
    if (i === WARM) before = used()
    stop = new AbortController()
    until = i % 5 === 4 ? 0.3 : Infinity
    try {
      const report = await engine.run(withParams(document, settings(i)), { signal: stop.signal })
      expect(report.failed).toBeUndefined()
      met.finished += 1
      for (const node of report.nodes) {
        met.computed += node.computed
        met.cached += node.cached
      }
    } catch (error) {
      expect(plainError(error).code).toBe('engine/cancelled')
      met.cancelled += 1
    }
    expect(backend.bytes).toBe(engine.bytes)
    expect(engine.bytes).toBeLessThanOrEqual(2 ** 17)
  }
  const grown = used() - before
  console.info(`${RUNS} runs: ${JSON.stringify(met)}, ${(grown / 2 ** 20).toFixed(2)} MiB more than after ${WARM}`)
  expect(grown).toBeLessThan(10e6)
  // Not vacuous.
  expect(met.cancelled).toBeGreaterThan(RUNS / 10)
  expect(met.finished).toBeGreaterThan(RUNS / 2)
  expect(met.computed).toBeGreaterThan(RUNS)
  expect(met.cached).toBeGreaterThan(0)
  await close()
  expect(backend.bytes).toBe(0)
}, 600_000)
