import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CheckpointStore } from '../../models/checkpoint/store.ts'
import { readFolder } from '../../models/checkpoint/folder.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { memoryFiles, type CheckpointFiles } from '../../src/weights/files.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { FIXTURES } from '../support/fixtures.ts'

const signal = new AbortController().signal
/** An autoencoder with its files at the root, as madebyollin/taesd has them. */
const TINY = join(FIXTURES, 'checkpoints/tiny-ddim-leading/vae')
const KL = join(FIXTURES, 'checkpoints/tiny-ddim-trailing/vae')

const under = async (folder: string, prefix: string, others: Readonly<Record<string, string>> = {}) => {
  const names = ['config.json', 'diffusion_pytorch_model.safetensors']
  const own = await Promise.all(
    names.map(async (name) => [prefix + name, new Uint8Array(await readFile(join(folder, name)))] as const),
  )
  const texts = Object.entries(others).map(([path, text]) => [path, new TextEncoder().encode(text)] as const)
  return memoryFiles('taesd', new Map([...own, ...texts]))
}

describe('a folder that holds an autoencoder alone', () => {
  it.each([
    ['AutoencoderTiny at its root', TINY, ''],
    ['AutoencoderTiny in vae', TINY, 'vae/'],
    ['AutoencoderKL at its root', KL, ''],
  ])('opens, encodes and decodes, and says that it does not denoise: %s', async (_, folder, prefix) => {
    const backend = new CpuBackend()
    const files = await under(folder, prefix, { 'taesd_decoder.safetensors': 'other', 'README.md': 'card' })
    const store = new CheckpointStore(async () => ({ name: 'taesd', files }), await openWasmRuntime({ backend }))
    const { id } = await store.identify('taesd', signal)
    const vae = await store.open(id, signal)
    expect(vae.config).toEqual({ factor: 8, latentChannels: 4, model: null })
    const image = backend.upload(new Float32Array(3 * 16 * 8), [1, 3, 16, 8])
    const latent = await vae.encode(image, signal)
    expect(latent.dims).toEqual([1, 4, 2, 1])
    const decoded = await vae.decode(latent, signal)
    expect(decoded.dims).toEqual(image.dims)
    await expect(vae.denoise(latent, latent, 999, signal)).rejects.toMatchObject({ code: 'checkpoint/vae-only' })
    for (const tensor of [image, latent, decoded]) tensor.release()
    await store.close()
    expect(backend.bytes).toBe(0)
  })

  it('has another id than an autoencoder with other weights', async () => {
    const runtime = await openWasmRuntime({ backend: new CpuBackend() })
    const store = new CheckpointStore(async (name) => ({ name, files: await nodeFolder(name) }), runtime)
    const [tiny, kl] = [await store.identify(TINY, signal), await store.identify(KL, signal)]
    expect(tiny.id).not.toBe(kl.id)
  })
})

describe('a folder is no autoencoder alone', () => {
  const refused = (files: CheckpointFiles) => expect(readFolder(files, signal)).rejects

  it('when it has parts of a model, which is then incomplete', async () => {
    const parts = { 'unet/config.json': '{}' }
    await refused(await under(TINY, 'vae/', parts)).toMatchObject({ code: 'checkpoint/missing-file' })
    await refused(await under(TINY, 'vae/', { 'model_index.json': '{}' })).toThrow('unet/config.json')
  })

  it.each(['{}', '{"_class_name":"UNet2DConditionModel"}'])('when its config.json is %s', async (text) => {
    const files = memoryFiles('other', new Map([['config.json', new TextEncoder().encode(text)]]))
    await refused(files).toMatchObject({
      code: 'checkpoint/unsupported',
      message: expect.stringContaining('Autoencoder'),
    })
  })
})
