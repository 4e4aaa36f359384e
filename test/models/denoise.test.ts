import { expect, test } from 'vitest'
import { denoise } from '../../models/pipeline/denoise.ts'
import type { DenoisingStep } from '../../models/schedulers/step.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { toyCheckpoints } from '../nodes/toy-checkpoint.ts'

test('latents that cannot be stacked leave nothing behind', async () => {
  const backend = new CpuBackend()
  const of = (dims: readonly number[]) => backend.upload(new Float32Array(dims.reduce((a, b) => a * b)), dims)
  const signal = new AbortController().signal
  const checkpoint = await toyCheckpoints(backend).open('toy', signal)
  const members = [
    { image: of([1, 4, 2, 2]), start: of([1, 4, 2, 2]), origin: undefined },
    { image: of([1, 4, 2, 2]), start: of([1, 4, 3, 2]), origin: undefined },
  ]
  const given = backend.bytes
  await expect(denoise(checkpoint, [], members, { backend, signal, progress: () => undefined })).rejects.toThrow()
  expect(backend.bytes).toBe(given)
})

test('a cancel that comes while the thread is busy is heard after the step, not after the last one', async () => {
  const backend = new CpuBackend()
  const stop = new AbortController()
  const checkpoint = await toyCheckpoints(backend).open('toy', stop.signal)
  const busy = {
    ...checkpoint,
    async denoise(_: unknown, x: Tensor) {
      for (const end = performance.now() + 12; performance.now() < end;);
      return x.retain()
    },
  } as unknown as typeof checkpoint
  const of = () => backend.upload(new Float32Array(16), [1, 4, 2, 2])
  const given = { image: of(), start: of(), origin: undefined }
  const step: DenoisingStep = { t: 1, x0: { x: 0, model: 1 }, next: { x: 0, model: 1, noise: 0 } }
  const steps = Array.from({ length: 20 }, () => step)
  const bytes = backend.bytes
  let done = 0
  setTimeout(() => stop.abort(new Error('stopped')))
  const ended = denoise(busy, steps, [given], { backend, signal: stop.signal, progress: (at) => (done = at) })
  await expect(ended).rejects.toThrow('stopped')
  expect(done).toBeLessThan(5)
  expect(backend.bytes).toBe(bytes)
})
