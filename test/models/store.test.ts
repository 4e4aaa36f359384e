import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CheckpointStore } from '../../models/checkpoint/store.ts'
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
