import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GpuBackend } from '../../../src/gpu/backend.ts'
import { count } from '../../../src/tensor/tensor.ts'
import { openTestBackend } from '../../support/webgpu.ts'
import { kernelCases } from './cases.ts'

let backend: GpuBackend
let close: () => Promise<void>
let asked = 0
let refused = Infinity

beforeAll(async () => {
  ;({ backend, close } = await openTestBackend())
  const { device } = backend
  const create = device.createBuffer.bind(device)
  device.createBuffer = (descriptor) => {
    if (++asked === refused) throw new RangeError('refused')
    return create(descriptor)
  }
})
afterAll(() => close())

test.each(kernelCases.map((one) => [one.name, one] as const))(
  '%s leaves nothing when one of its buffers is refused',
  async (_name, { dims, run }) => {
    const inputs = dims.map((shape) => backend.upload(new Float32Array(count(shape)).fill(0.5), shape))
    // The first run compiles it: what is made once for all runs is there then.
    run(backend, inputs).release()
    const before = backend.bytes
    const buffersOf = (nth: number): number => {
      backend.trim()
      asked = 0
      refused = nth
      try {
        run(backend, inputs).release()
      } finally {
        refused = Infinity
      }
      return asked
    }
    const buffers = buffersOf(Infinity)
    expect(buffers).toBeGreaterThan(0)
    for (let nth = 1; nth <= buffers; nth++) {
      expect(() => buffersOf(nth), `buffer ${nth} of ${buffers}`).toThrow('refused')
      expect(backend.bytes, `buffer ${nth} of ${buffers}`).toBe(before)
    }
    for (const tensor of inputs) tensor.release()
    expect(backend.bytes).toBe(0)
  },
)
