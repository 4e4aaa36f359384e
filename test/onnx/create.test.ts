import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readUnetConfig } from '../../models/architectures/unet-config.ts'
import { unetGraph } from '../../models/architectures/unet-2d-condition.ts'
import { createSession, type InputDims } from '../../src/onnx/create.ts'
import { footprint } from '../../src/onnx/footprint.ts'
import type { Capacity, OnnxRuntime } from '../../src/onnx/runtime.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { count } from '../../src/tensor/tensor.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { openWeights } from '../../src/weights/tensors.ts'
import { FIXTURES, fixtureJson } from '../support/fixtures.ts'

const FOLDER = 'checkpoints/tiny-fp16'

const backend = new CpuBackend()

/** A session of the tiny U-Net, and the bytes that were handed over for it. */
async function tiny(capacity: Capacity, first?: InputDims) {
  let handed = 0
  const runtime: OnnxRuntime = {
    backend,
    half: false,
    capacity,
    prepare: () => undefined,
    create: async ({ external }) => {
      handed = external.reduce((sum, { size }) => sum + size, 0)
      return { run: async () => ({}), release: async () => undefined }
    },
  }
  const files = await nodeFolder(join(FIXTURES, FOLDER))
  const weights = await openWeights(files, 'unet', { prefer: 'fp16' })
  const config = readUnetConfig(await fixtureJson(`${FOLDER}/unet/config.json`))
  const built = unetGraph(config, weights, { text: new Float32Array(2 * config.crossAttentionDim) })
  return { built, session: await createSession(runtime, built, weights, undefined, first), handed }
}

const create = async (capacity: Capacity): Promise<number> => (await tiny(capacity)).handed

it('weights that fit, in the type they are computed in, are handed over', async () => {
  const bytes = await create({ weights: Infinity, tensor: Infinity, memory: Infinity })
  expect(bytes).toBeGreaterThan(100_000)
  expect(await create({ weights: bytes, tensor: bytes, memory: Infinity })).toBe(bytes)
})

it('weights that do not fit are refused before they are read, with what would help', async () => {
  const bytes = await create({ weights: Infinity, tensor: Infinity, memory: Infinity })
  await expect(create({ weights: bytes - 1, tensor: Infinity, memory: Infinity })).rejects.toMatchObject({
    code: 'onnx/too-large',
    message: expect.stringMatching(/^The unet of .*tiny-fp16 needs \d+ kB for its weights; WebAssembly can/) as string,
    fix: expect.stringContaining('WebGPU') as string,
  })
})

it('a tensor that is too large for one buffer is refused by its name', async () => {
  await expect(create({ weights: Infinity, tensor: 1000, memory: Infinity })).rejects.toMatchObject({
    code: 'onnx/too-large',
    message: expect.stringMatching(/^\S+\.weight of the unet of/) as string,
  })
})

it('a run that does not fit is refused before it begins, and before weights are read, with what would fit', async () => {
  const unlimited = { weights: Infinity, tensor: Infinity, memory: Infinity }
  const at = (side: number, batch = 1): InputDims => ({
    image_latent: [batch, 4, side, side],
    noisy_latent: [batch, 4, side, side],
  })
  const { built } = await tiny(unlimited)
  const needs = (first: InputDims): number => {
    const { weights, peak } = footprint(built, first, 'wasm')
    return weights + peak
  }
  const memory = needs(at(16))
  const run = async (first: InputDims): Promise<number> => {
    const { session, handed } = await tiny({ ...unlimited, memory }, first)
    await session.run(
      Object.fromEntries(
        Object.entries(first).map(([name, dims]) => [name, backend.upload(new Float32Array(count(dims)), dims)]),
      ),
    )
    return handed
  }
  expect(await run(at(16))).toBeGreaterThan(100_000)
  await expect(run(at(20))).rejects.toMatchObject({
    code: 'onnx/too-large',
    message: expect.stringMatching(
      /needs about [\d.]+ [kM]B to run at this size; WebAssembly can hold [\d.]+ [kM]B/,
    ) as string,
    fix: 'Use 80 % of this resolution or less, with a batch size of 1.',
  })
  await expect(run(at(16, 2))).rejects.toMatchObject({ fix: 'Set the batch size to 1.' })
})
