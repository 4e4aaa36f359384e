import { expect, test } from 'vitest'
import { memoryFiles, Tier } from '../../src/engine/results/tier.ts'
import { GpuBackend } from '../../src/gpu/backend.ts'
import { openTestDevice } from '../support/webgpu.ts'
import { ensembleGraph, session, type Stage } from './support.ts'

/** What a checkpoint was asked for how often. */
const tally = (calls: readonly Stage[]) => ({
  encode: calls.filter((stage) => stage === 'encode').length,
  denoise: calls.filter((stage) => stage === 'denoise').length,
  decode: calls.filter((stage) => stage === 'decode').length,
})

const WHOLE = { encode: 1, denoise: 4, decode: 3 }
type Destroy = () => void
type Arm = (device: GPUDevice, destroy: Destroy) => ((stage: Stage) => void) | undefined

/** Before the nth call of a stage. */
const at =
  (wanted: Stage, nth: number): Arm =>
  (_, destroy) => {
    let left = nth
    return (stage) => {
      if (stage === wanted && --left === 0) destroy()
    }
  }

/** Before the first upload, and before the nth reading back. */
const beforeUpload: Arm = ({ queue }, destroy) => {
  const write = queue.writeBuffer.bind(queue)
  queue.writeBuffer = (...args: Parameters<typeof write>): undefined => {
    destroy()
    write(...args)
  }
  return undefined
}
const beforeReading =
  (nth: number): Arm =>
  (device, destroy) => {
    const create = device.createBuffer.bind(device)
    let left = nth
    device.createBuffer = (descriptor) => {
      const buffer = create(descriptor)
      if ((descriptor.usage & GPUBufferUsage.MAP_READ) === 0) return buffer
      const map = buffer.mapAsync.bind(buffer)
      buffer.mapAsync = (...args) => {
        if (--left === 0) destroy()
        return map(...args)
      }
      return buffer
    }
    return undefined
  }

test.each<[string, Arm, Partial<typeof WHOLE>]>([
  // What the second run has left to do.
  ['while a model is opened', at('open', 1), WHOLE],
  ['while the picture is uploaded', beforeUpload, WHOLE],
  ['in the first step', at('denoise', 1), { ...WHOLE, encode: 0 }],
  ['in the second step', at('denoise', 2), { ...WHOLE, encode: 0, denoise: 3 }],
  ['in the first step of the last member', at('denoise', 3), { ...WHOLE, encode: 0, denoise: 2 }],
  ['in the second decoding', at('decode', 2), { encode: 0, denoise: 0, decode: 2 }],
  ['while the first numbers are read back', beforeReading(1), WHOLE],
  ['while results are read back', beforeReading(12), {}],
])(
  'a device that is lost %s ends the run at once; with a new one only what is missing runs',
  { timeout: 20_000 },
  async (_, arm, left) => {
    const document = await ensembleGraph()
    const files = memoryFiles()
    const first = await openTestDevice()
    let lost = 0
    const asked = arm(first.device, () => {
      lost += 1
      first.device.destroy()
    })
    const backend = new GpuBackend(first.device)
    const before = session(backend, [new Tier(files, 2 ** 30)], asked)
    await expect(before.engine.run(document)).rejects.toMatchObject({ code: 'gpu/device-lost' })
    expect(lost).toBeGreaterThan(0)
    expect(backend.bytes).toBe(before.engine.bytes)
    // Nothing is trusted of it any more: a second run says the same.
    await expect(before.engine.run(document)).rejects.toMatchObject({ code: 'gpu/device-lost' })
    await before.engine.dispose()
    expect([backend.bytes, backend.pooledBytes]).toEqual([0, 0])
    backend.dispose()

    const second = await openTestDevice()
    const fresh = new GpuBackend(second.device)
    const after = session(fresh, [new Tier(files, 2 ** 30)])
    const report = await after.engine.run(document)
    expect(report.failed).toBeUndefined()
    expect(tally(after.calls)).toMatchObject(left)
    const whole = session(fresh)
    await whole.engine.run(document)
    expect(tally(whole.calls)).toEqual(WHOLE)
    expect(after.files).toEqual(whole.files)
    await after.engine.dispose()
    await whole.engine.dispose()
    expect(fresh.bytes).toBe(0)
    await fresh.check()
    fresh.dispose()
    second.device.destroy()
  },
)

test('a device that is lost while nothing runs is told by the next run, and with a new one nothing is computed again', async () => {
  const document = await ensembleGraph()
  const files = memoryFiles()
  const first = await openTestDevice()
  const backend = new GpuBackend(first.device)
  const before = session(backend, [new Tier(files, 2 ** 30)])
  await before.engine.run(document)
  first.device.destroy()
  await first.device.lost
  await expect(before.engine.run(document)).rejects.toMatchObject({ code: 'gpu/device-lost' })
  await before.engine.dispose()
  expect([backend.bytes, backend.pooledBytes]).toEqual([0, 0])

  const second = await openTestDevice()
  const fresh = new GpuBackend(second.device)
  const after = session(fresh, [new Tier(files, 2 ** 30)])
  await after.engine.run(document)
  expect(tally(after.calls)).toEqual({ encode: 0, denoise: 0, decode: 0 })
  expect(after.files).toEqual(before.files)
  await after.engine.dispose()
  expect(fresh.bytes).toBe(0)
  second.device.destroy()
})
