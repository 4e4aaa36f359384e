import { expect, it } from 'vitest'
import { limited } from '../../src/onnx/limited.ts'
import { HEAP, type OnnxRuntime } from '../../src/onnx/runtime.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'

it('a limit holds from when it is set until it is lifted, and never gives more than there is', () => {
  const runtime: OnnxRuntime = {
    backend: new CpuBackend(),
    half: false,
    capacity: HEAP,
    prepare: () => undefined,
    create: () => Promise.reject(new Error('not asked for')),
  }
  const held = limited(runtime)
  expect(held.capacity).toEqual(HEAP)
  held.limit(1e9)
  expect(held.capacity).toEqual({ ...HEAP, memory: 1e9 })
  held.limit(16e9)
  expect(held.capacity).toEqual(HEAP)
  held.limit(1e9)
  held.limit(undefined)
  expect(held.capacity).toEqual(HEAP)
  expect(limited(runtime, 5).capacity.memory).toBe(5)
})
