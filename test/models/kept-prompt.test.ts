import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { promptShelf, keptEmptyPrompt, type PromptShelf } from '../../models/checkpoint/kept-prompt.ts'
import { CheckpointStore } from '../../models/checkpoint/store.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import type { CheckpointFiles } from '../../src/weights/files.ts'
import { diskStorage } from '../../src/weights/hub/disk-storage.ts'
import { keepNumbers, promptFolder } from '../../src/weights/hub/kept-numbers.ts'
import type { WeightStorage } from '../../src/weights/hub/storage.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { bytesSource } from '../../src/weights/source.ts'
import { FIXTURES } from '../support/fixtures.ts'

/** What the U-Net of the tiny checkpoints takes. */
const DIM = 32
const { signal } = new AbortController()
const backend = new CpuBackend()
const runtime = await openWasmRuntime({ backend, threads: 1 })

let folder: string
let storage: WeightStorage
let read: string[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prompts-'))
  storage = diskStorage(folder)
  read = []
})
afterEach(() => rm(folder, { recursive: true }))

const shelf = (changed: Partial<PromptShelf> = {}): PromptShelf => ({
  storage,
  published: [
    {
      encoder: 'known',
      repository: 'known/one',
      url: 'https://nowhere.invalid/empty.pt',
      bytes: 0,
      sha256: '',
      numbers: { begin: 0, tokens: 2, dim: DIM, sha256: '' },
    },
  ],
  fromBytes: 0,
  ...changed,
})

/** A tiny checkpoint without the paths in `left`, which says what is read of its weights. */
async function files(choice: string, left?: RegExp): Promise<CheckpointFiles> {
  const all = await nodeFolder(join(FIXTURES, 'checkpoints', choice))
  const sizes = new Map([...all.sizes].filter(([path]) => left?.test(path) !== true))
  const open: CheckpointFiles['open'] = async (path, at) => {
    const source = await all.open(path, at)
    const slice: typeof source.slice = (begin, end) => {
      read.push(`${path} ${end - begin}`)
      return source.slice(begin, end)
    }
    return { ...source, slice }
  }
  return { ...all, sizes, open }
}

const prompt = (of: CheckpointFiles, on: PromptShelf = shelf()): Promise<Float32Array> =>
  keptEmptyPrompt(on, of, runtime, DIM, 'full', signal)

const kept = async (): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.f32'))

describe('the empty prompt of a text encoder', () => {
  it('is computed once for all checkpoints and sessions with the same one', async () => {
    const first = await prompt(await files('tiny-ddim-leading'))
    expect(first).toEqual(
      await keptEmptyPrompt(undefined, await files('tiny-ddim-leading'), runtime, DIM, 'full', signal),
    )
    expect(await kept()).toHaveLength(1)
    // Only the kept one could give these numbers.
    const [path = ''] = await kept()
    const marked = first.map((value) => value + 1)
    await rm(join(folder, path))
    await keepNumbers(storage, promptFolder(path.split('/')[1] ?? ''), marked)
    expect(await prompt({ ...(await files('tiny-ddim-leading')), name: 'another' })).toEqual(marked)
    expect(await kept()).toHaveLength(1)
  })

  it('is another where the text encoder or the tokenizer is another', async () => {
    await prompt(await files('tiny-ddim-leading'))
    const others = await files('tiny-ddim-leading')
    const open: CheckpointFiles['open'] = async (path, at) => {
      const source = await others.open(path, at)
      if (path !== 'text_encoder/config.json') return source
      const text = new TextDecoder().decode(await source.slice(0, source.size))
      const bytes = new TextEncoder().encode(text.replace('"gelu"', '"quick_gelu"'))
      return bytesSource(bytes)
    }
    await prompt({ ...others, open })
    expect(await kept()).toHaveLength(2)
  })

  it('is computed again where the kept one is damaged', async () => {
    const first = await prompt(await files('tiny-lcm'))
    const [path = ''] = await kept()
    const bytes = await readFile(join(folder, path))
    bytes[0] = (bytes[0] ?? 0) ^ 1
    await writeFile(join(folder, path), bytes)
    expect(await prompt(await files('tiny-lcm'))).toEqual(first)
    expect(await kept()).toEqual([path])
    read.length = 0
    expect(await prompt(await files('tiny-lcm'))).toEqual(first)
  })

  it('that is small is not kept, and a shelf that is broken is done without', async () => {
    await prompt(await files('tiny-lcm'), promptShelf(storage))
    expect(await kept()).toEqual([])
    const broken: WeightStorage = {
      ...storage,
      list: () => Promise.reject(new Error()),
      open: () => Promise.reject(new Error()),
    }
    expect(await prompt(await files('tiny-lcm'), shelf({ storage: broken }))).toHaveLength(2 * DIM)
  })
})

describe('a checkpoint without a text encoder', () => {
  const NONE = /^(text_encoder|tokenizer)\//

  it('takes the published empty prompt that a download brought, also a folder of anybody', async () => {
    const own = await prompt(await files('tiny-lcm'))
    await keepNumbers(storage, promptFolder('known'), own)
    const denoised = async (left?: RegExp): Promise<Float32Array> => {
      const locate = async (name: string) => ({ name, files: await files(name, left) })
      const store = new CheckpointStore(locate, runtime, { prompts: shelf() })
      const { id } = await store.identify('tiny-lcm', signal)
      const latent = backend.upload(
        Float32Array.from({ length: 256 }, (_, i) => Math.sin(i)),
        [1, 4, 8, 8],
      )
      const result = await (await store.open(id, signal)).denoise(latent, latent, 500, signal)
      const values = await backend.read(result)
      for (const tensor of [latent, result]) tensor.release()
      await store.close()
      return values
    }
    expect(await denoised(NONE)).toEqual(await denoised())
    expect(backend.bytes).toBe(0)
  })

  it('is refused with what to do where none is here, or it is for another size', async () => {
    const refused = expect.objectContaining({
      code: 'checkpoint/no-text-encoder',
      fix: expect.stringMatching(/download/),
    })
    await expect(prompt(await files('tiny-lcm', NONE))).rejects.toThrow(refused)
    await keepNumbers(storage, promptFolder('known'), new Float32Array(2 * DIM))
    await expect(keptEmptyPrompt(shelf(), await files('tiny-lcm', NONE), runtime, 64, 'full', signal)).rejects.toThrow(
      refused,
    )
    await rm(join(folder, 'prompts'), { recursive: true })
    await expect(prompt(await files('tiny-lcm', NONE))).rejects.toThrow(refused)
  })
})
