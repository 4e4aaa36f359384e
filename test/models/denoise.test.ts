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

test('whichever tensor finds no memory, of several members and steps, nothing is left behind', async () => {
  const backend = new CpuBackend()
  const upload = backend.upload.bind(backend)
  const signal = new AbortController().signal
  const checkpoint = await toyCheckpoints(backend).open('toy', signal)
  const of = (value: number) => upload(new Float32Array(16).fill(value), [1, 4, 2, 2])
  const members = [1, 2, 3].map((value) => ({ image: of(value), start: of(value), origin: undefined }))
  const given = backend.bytes
  const step: DenoisingStep = { t: 1, x0: { x: 1, model: -1 }, next: { x: 0.5, model: 0.5, noise: 0.1 } }
  let left = Infinity
  backend.upload = (...args) => {
    if (--left < 0) throw new Error('no memory')
    return upload(...args)
  }
  /** True when it came to its end before as many tensors were made. */
  const ends = async (tensors: number): Promise<boolean> => {
    left = tensors
    const ended = denoise(checkpoint, [step, step, step], members, {
      backend,
      signal,
      progress: () => undefined,
      reached: async (_, waypoints) => {
        for (const { latents, clean } of waypoints) [latents, clean].forEach((tensor) => tensor.release())
      },
    })
    const made = await ended.catch((error: unknown) => {
      expect(error).toMatchObject({ message: 'no memory' })
      return undefined
    })
    for (const tensor of made ?? []) tensor.release()
    expect(backend.bytes, `after ${tensors} tensors`).toBe(given)
    return made !== undefined
  }
  let tensors = 0
  while (!(await ends(tensors))) tensors += 1
  // Two stacks; three steps of noise, model and result; two waypoints of seven; the count of what is not finite; three results.
  expect(tensors).toBe(2 + 3 * 3 + 2 * 7 + 1 + 3)
})
