import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Cache } from '../../../src/engine/results/cache.ts'
import { CpuBackend } from '../../../src/tensor/cpu.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { FRAME } from '../toys/nodes.ts'
import { AFFINE_DEPTH } from '../../support/meaning.ts'

const backend = new CpuBackend()
const tensor = (n: number) => backend.upload(new Float32Array(n), [1, 1, 1, n])
const outputs = (given: Tensor) => ({
  depth: { kind: 'depth', meaning: AFFINE_DEPTH, tensor: given, frame: FRAME } as const,
})

test('over the budget, what is large and cheap goes first', () => {
  const cache = new Cache(400)
  cache.put('large, cheap', outputs(tensor(50)), 1)
  cache.put('large, dear', outputs(tensor(40)), 1_000)
  cache.put('small, cheap', outputs(tensor(20)), 1)
  expect(['large, cheap', 'large, dear', 'small, cheap'].map((key) => cache.has(key))).toEqual([false, true, true])
  cache.clear()
})

test('what can be read back goes before what must be computed again, as soon as that is known', () => {
  const kept = new Set<string>()
  const cache = new Cache(800, (key, ms) => (kept.has(key) ? 1 : ms))
  cache.put('dear', outputs(tensor(100)), 1_000)
  cache.put('cheaper', outputs(tensor(100)), 500)
  kept.add('dear')
  cache.reprice('dear')
  cache.put('third', outputs(tensor(100)), 600)
  expect(['dear', 'cheaper', 'third'].map((key) => cache.has(key))).toEqual([false, true, true])
  cache.clear()
})

test('what is kept elsewhere no longer is as dear as it was', () => {
  const kept = new Set(['dear'])
  const cache = new Cache(800, (key, ms) => (kept.has(key) ? 1 : ms))
  cache.put('dear', outputs(tensor(100)), 1_000)
  cache.put('cheaper', outputs(tensor(100)), 500)
  kept.delete('dear')
  cache.reprice('dear')
  cache.put('third', outputs(tensor(100)), 600)
  expect(['dear', 'cheaper', 'third'].map((key) => cache.has(key))).toEqual([true, false, true])
  cache.clear()
})

test('what is pinned stays, over the budget and over a clear, until it is unpinned', () => {
  const cache = new Cache(100)
  cache.pin('a')
  cache.put('a', outputs(tensor(100)), 1)
  cache.clear()
  expect(cache.has('a')).toBe(true)
  cache.unpin('a')
  expect([cache.has('a'), cache.bytes, backend.bytes]).toEqual([false, 0, 0])
})

test('a tensor that two results share counts once and is freed with the last', () => {
  const cache = new Cache(1e6)
  const shared = tensor(10)
  cache.put('a', outputs(shared), 1)
  cache.put('b', outputs(shared.retain()), 1)
  expect(cache.bytes).toBe(40)
  cache.clear()
  expect(backend.bytes).toBe(0)
})

test('after any sequence the bytes are those of the live tensors, each released once', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const step = fc.oneof(
    fc.record({ do: fc.constant('put' as const), key, size: fc.integer({ min: 1, max: 60 }), ms: fc.nat(50) }),
    fc.record({ do: fc.constantFrom('pin' as const, 'unpin' as const, 'get' as const), key }),
    fc.record({ do: fc.constantFrom('clear' as const, 'trim' as const), key }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const cache = new Cache(300)
      const pins: string[] = []
      for (const now of steps) {
        if (now.do === 'put') cache.put(now.key, outputs(tensor(now.size)), now.ms)
        else if (now.do === 'get') cache.get(now.key)
        else if (now.do === 'clear') cache.clear()
        else if (now.do === 'trim') cache.trim(0)
        else if (now.do === 'pin') {
          pins.push(now.key)
          cache.pin(now.key)
        } else if (pins.includes(now.key)) {
          pins.splice(pins.indexOf(now.key), 1)
          cache.unpin(now.key)
        }
        expect(backend.bytes).toBe(cache.bytes)
        if (pins.length === 0) expect(cache.bytes).toBeLessThanOrEqual(300)
      }
      for (const pinned of pins) cache.unpin(pinned)
      cache.clear()
      expect(backend.bytes).toBe(0)
    }),
    { numRuns: 500 },
  )
})
