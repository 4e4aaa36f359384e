import { expect, test } from 'vitest'
import { Results } from '../../../src/engine/results/results.ts'
import { memoryFiles, Tier } from '../../../src/engine/results/tier.ts'
import { CpuBackend } from '../../../src/tensor/cpu.ts'
import { AFFINE_DEPTH } from '../../support/meaning.ts'
import { FRAME } from '../toys/nodes.ts'

const MIB = 2 ** 18
const backend = new CpuBackend()
const made = () => ({
  depth: {
    kind: 'depth',
    meaning: AFFINE_DEPTH,
    tensor: backend.upload(new Float32Array(MIB), [1, 1, 512, 512]),
    frame: FRAME,
  } as const,
})

test('memory is given up first for what a packed copy gives back sooner than computing would', async () => {
  const tier = new Tier(memoryFiles(), 2 ** 30)
  const results = new Results(2.5 * 2 ** 20, backend, [tier])
  await results.add('dear, kept', made(), 5_000)
  await results.settled()
  // Too cheap for its size to be kept, yet dearer than reading a packed copy.
  await results.add('cheap', made(), 15)
  await results.add('third', made(), 16)
  expect(['dear, kept', 'cheap', 'third'].map((key) => results.cache.has(key))).toEqual([false, true, true])
  expect(results.has('dear, kept')).toBe(true)
  // Without its copy it is worth its five seconds again.
  expect(await results.fetch('dear, kept')).toBe(true)
  tier.forget('dear, kept')
  await results.add('fourth', made(), 17)
  expect(results.cache.has('dear, kept')).toBe(true)
  await results.clear({ everywhere: true })
  expect(backend.bytes).toBe(0)
})
