import { expect, test } from 'vitest'
import { requestDevice } from '../../src/gpu/device.ts'
import { nodeGpu, openTestDevice } from '../support/webgpu.ts'

test('a device has the limits of its adapter and a name for people', async () => {
  const adapter = await (await nodeGpu()).requestAdapter()
  const { device, name, half } = await openTestDevice()
  expect(name).not.toBe('')
  expect(half).toBe(adapter?.features.has('shader-f16'))
  expect(device.limits.maxBufferSize).toBe(adapter?.limits.maxBufferSize)
  expect(device.limits.maxStorageBufferBindingSize).toBe(adapter?.limits.maxStorageBufferBindingSize)
  expect(device.limits.maxStorageBuffersPerShaderStage).toBe(adapter?.limits.maxStorageBuffersPerShaderStage)
  device.destroy()
})

test('destroying the device oneself is not reported as a loss', async () => {
  const opened = await openTestDevice()
  let lost = false
  void opened.lost.then(() => (lost = true))
  opened.device.destroy()
  await opened.device.lost
  await new Promise((resolve) => setTimeout(resolve, 10))
  expect(lost).toBe(false)
})

test('a device that vanishes is reported as lost', async () => {
  const info = { reason: 'unknown', message: 'driver reset', __brand: 'GPUDeviceLostInfo' } satisfies GPUDeviceLostInfo
  const device = { features: new Set(), limits: {}, lost: Promise.resolve(info) }
  const adapter = { features: new Set(), limits: {}, info: { description: 'Test' }, requestDevice: async () => device }
  const gpu = { requestAdapter: async () => adapter } as unknown as GPU
  const opened = await requestDevice({ gpu })
  if (!opened.device) throw new Error(opened.reason)
  await expect(opened.lost).resolves.toMatchObject({
    code: 'gpu/device-lost',
    message: expect.stringContaining('driver reset'),
  })
})

test('no adapter, or an adapter that fails, gives a reason instead of an error', async () => {
  const none = { requestAdapter: async () => null } as unknown as GPU
  expect(await requestDevice({ gpu: none })).toEqual({
    device: undefined,
    reason: expect.stringContaining('no graphics adapter'),
  })
  const failing = {
    requestAdapter: async () => {
      throw new Error('blocked by policy')
    },
  } as unknown as GPU
  expect(await requestDevice({ gpu: failing })).toEqual({
    device: undefined,
    reason: expect.stringContaining('blocked by policy'),
  })
})
