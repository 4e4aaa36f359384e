import { cp, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CheckpointStore } from '../../models/checkpoint/store.ts'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import type { CheckpointFiles } from '../../src/weights/files.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { FIXTURES } from '../support/fixtures.ts'

const signal = new AbortController().signal

test('the empty prompt is computed once, also when sessions were freed for other checkpoints', async () => {
  const backend = new CpuBackend()
  const runtime = await openWasmRuntime({ backend, threads: 1 })
  const read: string[] = []
  const watched = async (choice: string) => {
    const files = await nodeFolder(join(FIXTURES, 'checkpoints', choice))
    const open: CheckpointFiles['open'] = (path, at) => {
      read.push(`${choice}/${path}`)
      return files.open(path, at)
    }
    return { name: choice, id: choice, files: { ...files, open } }
  }
  const store = new CheckpointStore(watched, runtime)
  const denoise = async (choice: string): Promise<void> => {
    const { id } = await store.identify(choice, signal)
    const checkpoint = await store.open(id, signal)
    const latent = backend.upload(new Float32Array(4 * 8 * 8), [1, 4, 8, 8])
    const result = await checkpoint.denoise(latent, latent, 999, signal)
    result.release()
    latent.release()
  }
  await denoise('tiny-ddim-leading')
  await denoise('tiny-lcm')
  await denoise('tiny-ddim-trailing')
  expect(read.some((path) => path.startsWith('tiny-ddim-leading/text_encoder/'))).toBe(true)
  expect(read.some((path) => path.startsWith('tiny-ddim-leading/unet/'))).toBe(true)
  read.length = 0
  await denoise('tiny-ddim-leading')
  expect(read.some((path) => path.startsWith('tiny-ddim-leading/unet/'))).toBe(true)
  expect(read.filter((path) => path.includes('text_encoder'))).toEqual([])
  await store.close()
  expect(backend.bytes).toBe(0)
})

test('sessions are made once per checkpoint: other sizes and batches send no weights again', async () => {
  const backend = new CpuBackend()
  const runtime = await openWasmRuntime({ backend, threads: 1 })
  const made: string[] = []
  const watched: OnnxRuntime = {
    ...runtime,
    create: (source) => {
      made.push(source.name)
      return runtime.create(source)
    },
  }
  const locate = async (name: string) => ({ name, files: await nodeFolder(join(FIXTURES, 'checkpoints', name)) })
  const store = new CheckpointStore(locate, watched)
  const { id } = await store.identify('tiny-ddim-leading', signal)
  for (const [batch, height, width] of [
    [1, 4, 4],
    [1, 3, 5],
    [3, 4, 4],
  ] as const) {
    const checkpoint = await store.open(id, signal)
    const of = (...dims: number[]) => backend.upload(new Float32Array(dims.reduce((a, b) => a * b)), dims)
    const [latent, image] = [of(batch, 4, height, width), of(batch, 3, 8 * height, 8 * width)]
    const results = [
      await checkpoint.encode(image, signal),
      await checkpoint.denoise(latent, latent, 999, signal),
      await checkpoint.decode(latent, signal),
    ]
    for (const tensor of [latent, image, ...results]) tensor.release()
  }
  expect(made.map((name) => name.replace(/ \(.*/, '')).sort()).toEqual([
    'text encoder',
    'unet',
    'vae decoder',
    'vae encoder',
  ])
  await store.close()
  expect(backend.bytes).toBe(0)
})

async function copyOf(checkpoint: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'checkpoint-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await cp(join(FIXTURES, 'checkpoints', checkpoint), folder, { recursive: true })
  return folder
}

test('a folder on the disk is read again when it has changed, and only then', async () => {
  const folder = await copyOf('tiny-ddim-leading')
  const runtime = await openWasmRuntime({ backend: new CpuBackend(), threads: 1 })
  let reads = 0
  const locate = async () => {
    reads += 1
    return { name: 'copy', files: await nodeFolder(folder) }
  }
  const store = new CheckpointStore(locate, runtime)
  const first = await store.identify('copy', signal)
  expect(await store.identify('copy', signal)).toEqual(first)
  expect(reads).toBe(1)
  // The same length: only the time tells.
  const path = join(folder, 'model_index.json')
  const text = await readFile(path, 'utf8')
  const changed = text.replace(
    /("default_denoising_steps": )(\d)/,
    (_, key: string, n: string) => `${key}${Number(n) === 9 ? 8 : Number(n) + 1}`,
  )
  expect(changed).not.toBe(text)
  await writeFile(path, changed)
  await utimes(path, new Date(), new Date(Date.now() + 5000))
  const second = await store.identify('copy', signal)
  expect(reads).toBe(2)
  expect(second.id).not.toBe(first.id)
  await writeFile(path, text)
  expect(await store.identify('copy', signal)).toEqual(first)
  await store.close()
})

test('a content id never leads to other content, which its folder has since', async () => {
  const folder = await copyOf('tiny-ddim-leading')
  const runtime = await openWasmRuntime({ backend: new CpuBackend(), threads: 1 })
  const store = new CheckpointStore(async () => ({ name: 'copy', files: await nodeFolder(folder) }), runtime)
  const { id } = await store.identify('copy', signal)
  await cp(join(FIXTURES, 'checkpoints/tiny-lcm'), folder, { recursive: true })
  await expect(store.open(id, signal)).rejects.toMatchObject({ code: 'weights/changed' })
  const now = await store.identify('copy', signal)
  expect(now.id).not.toBe(id)
  expect((await store.open(now.id, signal)).config.model?.scheduler.kind).toBe('lcm')
  await store.close()
})

test('an opened checkpoint goes on when its files were written again with the same content', async () => {
  const folder = await copyOf('tiny-ddim-leading')
  const backend = new CpuBackend()
  const runtime = await openWasmRuntime({ backend, threads: 1 })
  const store = new CheckpointStore(async () => ({ name: 'copy', files: await nodeFolder(folder) }), runtime)
  const { id } = await store.identify('copy', signal)
  const before = await store.open(id, signal)
  for (const path of ['vae/config.json', 'vae/diffusion_pytorch_model.safetensors']) {
    await utimes(join(folder, path), 1, 1)
  }
  expect((await store.identify('copy', signal)).id).toBe(id)
  expect(await store.open(id, signal)).toBe(before)
  const latent = backend.upload(new Float32Array(4 * 4 * 4), [1, 4, 4, 4])
  const decoded = await before.decode(latent, signal)
  for (const tensor of [latent, decoded]) tensor.release()
  await store.close()
  expect(backend.bytes).toBe(0)
})

test('a checkpoint without a text encoder can be known; denoising says what to copy', async () => {
  const folder = await copyOf('tiny-ddim-leading')
  await rm(join(folder, 'text_encoder'), { recursive: true })
  await rm(join(folder, 'tokenizer'), { recursive: true })
  const backend = new CpuBackend()
  const runtime = await openWasmRuntime({ backend, threads: 1 })
  const store = new CheckpointStore(async () => ({ name: 'bare', files: await nodeFolder(folder) }), runtime)
  const { id } = await store.identify('bare', signal)
  const checkpoint = await store.open(id, signal)
  const latent = backend.upload(new Float32Array(4 * 8 * 8), [1, 4, 8, 8])
  const decoded = await checkpoint.decode(latent, signal)
  decoded.release()
  const denoised = checkpoint.denoise(latent, latent, 999, signal)
  await expect(denoised).rejects.toMatchObject({ code: 'checkpoint/no-text-encoder' })
  await expect(denoised).rejects.toHaveProperty('fix', expect.stringContaining('text_encoder'))
  latent.release()
  await store.close()
  expect(backend.bytes).toBe(0)
})
