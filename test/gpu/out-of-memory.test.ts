import { afterAll, beforeAll, expect, test } from 'vitest'
import { plainError } from '../../src/base/errors.ts'
import { GpuBackend } from '../../src/gpu/backend.ts'
import { FaultyDevice } from '../support/faulty-device.ts'
import { GpuMeter } from '../support/gpu-meter.ts'
import { openTestDevice } from '../support/webgpu.ts'
import { ensembleGraph, session } from './support.ts'

let device: GPUDevice
let faulty: FaultyDevice
let meter: GpuMeter
beforeAll(async () => {
  ;({ device } = await openTestDevice())
  meter = new GpuMeter(device)
  faulty = new FaultyDevice(device)
})
afterAll(() => device.destroy())

test(
  'whichever buffer finds no memory, the run recovers or names the node, and the next one gives the same numbers',
  { timeout: 180_000 },
  async () => {
    const document = await ensembleGraph()
    const backend = new GpuBackend(device)
    const whole = session(backend)
    faulty.fail(Infinity)
    await whole.engine.run(document)
    await whole.engine.dispose()
    // What is made once for all runs (small buffers of pipelines) is there now: count a second run.
    backend.trim()
    const again = session(backend)
    faulty.fail(Infinity)
    await again.engine.run(document)
    const buffers = faulty.asked
    await again.engine.dispose()
    expect(whole.files.size).toBeGreaterThan(0)
    expect(buffers).toBeGreaterThan(20)

    const met = { recovered: 0, failed: 0, hit: 0 }
    // Each buffer once, and some of them for good.
    const once = Array.from({ length: buffers }, (_, i) => ({ nth: i + 1, times: 1 }))
    const forGood = once.filter(({ nth }) => nth % 12 === 1).map(({ nth }) => ({ nth, times: Infinity }))
    for (const { nth, times } of [...once, ...forGood]) {
      backend.trim()
      const { engine, files } = session(backend)
      faulty.fail(nth, times)
      const report = await engine.run(document).catch(plainError)
      const [error] = 'code' in report ? [report] : (report.failed ?? [])
      met.hit += Math.min(1, faulty.failed)
      if (times === Infinity) expect(error, `buffer ${nth}`).toBeDefined()
      if (error === undefined) met.recovered += 1
      else {
        met.failed += 1
        expect(error, `buffer ${nth}`).toMatchObject({ code: 'gpu/out-of-memory', node: expect.any(String) as string })
        expect(error.fix).toContain('smaller')
      }
      expect(backend.bytes, `buffer ${nth}`).toBe(engine.bytes)
      faulty.fail(Infinity)
      expect((await engine.run(document)).failed).toBeUndefined()
      expect(files).toEqual(whole.files)
      await engine.dispose()
      expect(backend.bytes).toBe(0)
    }
    console.info(`${buffers} buffers: ${JSON.stringify(met)}`)
    expect(met.hit).toBe(once.length + forGood.length)
    expect(met.recovered).toBeGreaterThan(0)
    expect(met.failed).toBeGreaterThanOrEqual(forGood.length)
    backend.dispose()
    await backend.check()
    expect(meter.live).toEqual([])
  },
)
