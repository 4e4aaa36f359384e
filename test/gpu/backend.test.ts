import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GpuBackend } from '../../src/gpu/backend.ts'
import { GpuBackend as Backend } from '../../src/gpu/backend.ts'
import { dispatch, f32 } from '../../src/gpu/dispatch.ts'
import { sizeClass } from '../../src/gpu/pool.ts'
import { openTestBackend, openTestDevice } from '../support/webgpu.ts'

let backend: GpuBackend
let close: () => Promise<void>

beforeAll(async () => ({ backend, close } = await openTestBackend()))
afterAll(() => close())

const ramp = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => i - n / 3)

test('what is uploaded comes back unchanged', async () => {
  for (const n of [1, 2, 63, 64, 65, 1000, 300_001]) {
    const tensor = backend.upload(ramp(n), [1, 1, 1, n])
    expect(backend.bytes).toBe(4 * n)
    expect(await backend.read(tensor)).toEqual(ramp(n))
    tensor.release()
    expect(backend.bytes).toBe(0)
  }
})

test('memory shared between threads can be uploaded', async () => {
  const shared = new Float32Array(new SharedArrayBuffer(12))
  shared.set([1, 2, 3])
  const tensor = backend.upload(shared, [3])
  expect([...(await backend.read(tensor))]).toEqual([1, 2, 3])
  tensor.release()
})

test('a released buffer is used again and then counted as alive, not as pooled', () => {
  backend.trim()
  const first = backend.allocate([1000])
  const { buffer } = first
  first.release()
  expect(backend.pooledBytes).toBe(buffer.size)
  const second = backend.allocate([990])
  expect(second.buffer).toBe(buffer)
  expect(backend.pooledBytes).toBe(0)
  second.release()
})

test('a tensor lives until its last owner releases it, and a released one cannot be used', () => {
  const tensor = backend.allocate([4])
  tensor.retain()
  tensor.release()
  expect(backend.bytes).toBe(16)
  tensor.release()
  expect(backend.bytes).toBe(0)
  expect(() => tensor.release()).toThrow(expect.objectContaining({ code: 'gpu/released' }))
  expect(() => tensor.retain()).toThrow(expect.objectContaining({ code: 'gpu/released' }))
})

test("a copy of another's buffer is a tensor like any other, whatever becomes of that buffer", async () => {
  const { device } = backend
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  const buffer = device.createBuffer({ size: 64, usage })
  device.queue.writeBuffer(
    buffer,
    0,
    Float32Array.from({ length: 16 }, (_, i) => i),
  )
  const tensor = backend.copy(buffer, [3, 5])
  device.queue.writeBuffer(buffer, 0, new Float32Array(16))
  buffer.destroy()
  expect(backend.bytes).toBe(60)
  expect([...(await backend.read(tensor))]).toEqual(Array.from({ length: 15 }, (_, i) => i))
  tensor.release()
  expect(backend.bytes).toBe(0)
})

test('a tensor beyond the limits of the device is refused with what to do', () => {
  const most = Math.min(backend.device.limits.maxBufferSize, backend.device.limits.maxStorageBufferBindingSize)
  expect(() => backend.allocate([most / 4 + 1])).toThrow(
    expect.objectContaining({ code: 'gpu/out-of-memory', fix: expect.stringContaining('smaller') }),
  )
  expect(backend.bytes).toBe(0)
})

test('a data length that does not fit the shape is refused', () => {
  expect(() => backend.upload(new Float32Array(3), [2, 2])).toThrow(expect.objectContaining({ code: 'gpu/wrong-size' }))
})

test('a CPU tensor cannot be read by the GPU backend', async () => {
  const { CpuBackend } = await import('../../src/tensor/cpu.ts')
  const tensor = new CpuBackend().upload(new Float32Array(1), [1])
  await expect(backend.read(tensor)).rejects.toMatchObject({ code: 'gpu/wrong-backend' })
})

test('a dispatch covers more threads than one row of workgroups holds', async () => {
  const n = 64 * backend.device.limits.maxComputeWorkgroupsPerDimension + 129
  const y = backend.allocate([n])
  dispatch(backend, {
    name: 'test-index',
    code: 'fn at(i: u32) { y[i] = f32(i % 1024u) * params.a + k; }',
    inputs: {},
    outputs: { y },
    params: { a: f32(2) },
    constants: { k: 0.5 },
    size: { threads: n },
  })
  const values = await backend.read(y)
  const wrong = values.findIndex((v, i) => v !== (i % 1024) * 2 + 0.5)
  expect(wrong).toBe(-1)
  y.release()
})

test('a kernel that does not compile is named at the next check', async () => {
  const y = backend.allocate([1])
  dispatch(backend, {
    name: 'test-broken',
    code: 'fn at(i: u32) { y[i] = ; }',
    inputs: {},
    outputs: { y },
    size: { threads: 1 },
  })
  await expect(backend.check()).rejects.toMatchObject({
    code: 'gpu/invalid',
    message: expect.stringContaining('test-broken'),
  })
  await backend.check()
  y.release()
})

test('after the device is lost nothing is read, made or trusted, and releasing still works', async () => {
  const { device } = await openTestDevice()
  const lost = new Backend(device)
  const tensor = lost.upload(new Float32Array(4), [4])
  device.destroy()
  await device.lost
  await expect(lost.read(tensor)).rejects.toMatchObject({ code: 'gpu/device-lost' })
  expect(() => lost.upload(new Float32Array(4), [4])).toThrow(expect.objectContaining({ code: 'gpu/device-lost' }))
  tensor.release()
  expect([lost.bytes, lost.pooledBytes]).toEqual([0, 0])
  lost.dispose()
})

test('size classes waste at most a quarter and are whole groups of 16 bytes', () => {
  for (let bytes = 1; bytes < 2 ** 31; bytes = Math.ceil(bytes * 1.37)) {
    const size = sizeClass(bytes)
    expect(size % 16).toBe(0)
    expect(size).toBeGreaterThanOrEqual(bytes)
    if (bytes > 256) expect(size).toBeLessThanOrEqual(1.25 * bytes + 64)
    expect(sizeClass(size)).toBe(size)
  }
})
