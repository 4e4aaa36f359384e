import { afterAll, beforeAll, expect, test } from 'vitest'
import { GpuBackend } from '../../src/gpu/backend.ts'
import { requestDevice } from '../../src/gpu/device.ts'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import { nodeGpu } from '../support/webgpu.ts'
import { expectParity, recordedCases } from './support/parity.ts'
import { caseCheckpoints } from './support/run-case.ts'

/** What every WebGPU device has (WebGPU, "Limits"). */
const LEAST = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupStorageSize: 2 ** 14,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupSizeY: 256,
  maxComputeWorkgroupSizeZ: 64,
  maxComputeWorkgroupsPerDimension: 2 ** 16 - 1,
}

/** This machine's adapter as if it had no feature and no limit beyond the least. */
async function poorGpu(): Promise<GPU> {
  const gpu = await nodeGpu()
  const requestAdapter: GPU['requestAdapter'] = async (options) => {
    const adapter = await gpu.requestAdapter(options)
    return (
      adapter &&
      ({
        features: new Set(),
        limits: LEAST,
        info: adapter.info,
        requestDevice: (descriptor?: GPUDeviceDescriptor) => adapter.requestDevice(descriptor),
      } as unknown as GPUAdapter)
    )
  }
  return { requestAdapter } as GPU
}

let backend: GpuBackend
let device: GPUDevice
let half: boolean
beforeAll(async () => {
  const opened = await requestDevice({ gpu: await poorGpu() })
  if (!opened.device) throw new Error(opened.reason)
  ;({ device, half } = opened)
  backend = new GpuBackend(device, { debug: true })
})
afterAll(async () => {
  await backend.check()
  backend.dispose()
  device.destroy()
})

test('a device without shader-f16, with the least limits there are, gives the reference’s numbers from half-precision files', async () => {
  expect(half).toBe(false)
  for (const [name, limit] of Object.entries(LEAST)) expect(device.limits[name as keyof typeof LEAST]).toBe(limit)
  const of = (await recordedCases()).find(({ name }) => name === 'fp16-n4')
  if (of === undefined) throw new Error('the fixtures have changed')
  const checkpoints = caseCheckpoints(await openWebGpuRuntime({ backend }))
  expect(checkpoints.runtime).toMatchObject({ half: false, capacity: { tensor: LEAST.maxStorageBufferBindingSize } })
  await expectParity(of, checkpoints)
  await checkpoints.close()
  expect(backend.bytes).toBe(0)
}, 300_000)

test('what such a device cannot bind at once is refused with what to do, and the next tensor is fine', () => {
  expect(() => backend.allocate([LEAST.maxStorageBufferBindingSize / 4 + 1])).toThrow(
    expect.objectContaining({ code: 'gpu/out-of-memory', fix: expect.stringContaining('smaller') as string }),
  )
  backend.allocate([1000]).release()
  expect(backend.bytes).toBe(0)
})
