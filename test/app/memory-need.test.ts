import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readFolder } from '../../models/checkpoint/folder.ts'
import { Room } from '../../models/checkpoint/room.ts'
import { memoryNeed } from '../../src/app/memory-need.ts'
import { HEAP, type Held } from '../../src/onnx/runtime.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { sparseCheckpoint } from '../support/sparse-checkpoint.ts'

const signal = new AbortController().signal
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marigold-'))
  for (const dtype of ['F16', 'F32'] as const) await sparseCheckpoint(join(folder, dtype), dtype)
})
afterAll(() => rm(folder, { recursive: true }))

/** What the released checkpoint takes at 768 px. */
const need = async (dtype: 'F16' | 'F32', runtime: Held) => {
  const read = await readFolder(await nodeFolder(join(folder, dtype)), signal)
  return memoryNeed(new Room(runtime), { id: dtype, folder: read, files: read.files }, 96, signal)
}

const gpu = (gigabytes = Infinity): Held => ({
  backend: { kind: 'webgpu' },
  half: true,
  capacity: { weights: Infinity, tensor: 2 ** 30, memory: gigabytes * 1e9 },
})

it('the released checkpoint is said to take its weights and what it computes, and is not refused without a limit', async () => {
  const [half, full] = [await need('F16', gpu()), await need('F32', gpu())]
  expect(half).toEqual({ side: 768, bytes: expect.any(Number) as number })
  // Of 950 million weights two bytes each are spared; what is made float32 for a moment takes some of it back.
  expect(full.bytes - half.bytes).toBeGreaterThan(1.4e9)
  expect(full.bytes - half.bytes).toBeLessThan(1.9e9)
})

it('under a limit it is refused by the model that passes it, with a resolution that fits', async () => {
  const { refusal } = await need('F16', gpu(2.9))
  expect(refusal?.message).toMatch(
    /^Too much: The U-Net needs about 3\.0\d GB at 768 × 768 px; models may take 2\.90 GB here\.$/,
  )
  const side = Number(/at most (\d+) × \1 px/.exec(refusal?.fix ?? '')?.[1])
  expect(side).toBeGreaterThanOrEqual(256)
  expect(side).toBeLessThan(768)
})

it('where only files in single precision are there, those in half precision are advised', async () => {
  const [full, half] = [await need('F32', gpu(2)), await need('F16', gpu(1))]
  expect(full.refusal?.fix).toBe(
    'Use its files in half precision (fp16), which take half of it, or a smaller checkpoint.',
  )
  expect(half.refusal?.fix).toBe('Use a smaller checkpoint.')
})

it('weights that WebAssembly cannot hold are said to be too many, and where they fit', async () => {
  const { refusal } = await need('F16', { backend: { kind: 'cpu' }, half: false, capacity: HEAP })
  expect(refusal).toEqual({
    message: 'Too much: The weights of the U-Net need 3.26 GB; one model may have 1.61 GB of them here.',
    fix: 'Use a graphics card (WebGPU), or a smaller checkpoint.',
  })
})
