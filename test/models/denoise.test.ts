import { expect, test } from 'vitest'
import { denoise } from '../../models/pipeline/denoise.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
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
