import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readUnetConfig } from '../../models/architectures/unet-config.ts'
import { unetGraph } from '../../models/architectures/unet-2d-condition.ts'
import { createSession } from '../../src/onnx/create.ts'
import type { Capacity, OnnxRuntime } from '../../src/onnx/runtime.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { openWeights } from '../../src/weights/tensors.ts'
import { FIXTURES, fixtureJson } from '../support/fixtures.ts'

const FOLDER = 'checkpoints/tiny-fp16'

const backend = new CpuBackend()

/** The bytes that are handed over for a session of the tiny U-Net. */
async function create(capacity: Capacity): Promise<number> {
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
  await createSession(runtime, built, weights)
  return handed
}

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
