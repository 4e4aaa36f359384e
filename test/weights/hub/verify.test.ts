import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/base/errors.ts'
import { diskStorage } from '../../../src/weights/hub/disk-storage.ts'
import { bytesOf, findDownload } from '../../../src/weights/hub/downloads.ts'
import type { WeightStorage } from '../../../src/weights/hub/storage.ts'
import { verifyDownload, type VerifyListener } from '../../../src/weights/hub/verify.ts'
import { UNET } from './support/checkpoint.ts'
import { bench, expectNothingUnverified, expectWhole, fetchAll, useBench } from './support/downloading.ts'
import { COMMIT, REPOSITORY } from './support/fault-hub.ts'

useBench()

const VAE = 'vae/diffusion_pytorch_model.safetensors'
const path = (name: string): string => join(bench.folder, REPOSITORY.replace('/', '--'), COMMIT, name)
const quiet: VerifyListener = { progress: () => undefined }

async function damageUnet(): Promise<void> {
  const bytes = await readFile(path(UNET))
  bytes[5000] = (bytes[5000] ?? 0) ^ 1
  await writeFile(path(UNET), bytes)
}

async function verify({
  storage = diskStorage(bench.folder),
  listener = quiet,
  signal = new AbortController().signal,
}: {
  readonly storage?: WeightStorage
  readonly listener?: VerifyListener
  readonly signal?: AbortSignal
} = {}): Promise<Readonly<Record<string, string>>> {
  const found = await findDownload(storage, REPOSITORY)
  if (found === undefined) return expect.fail('not here')
  const damaged = await verifyDownload(storage, found, listener, signal)
  return Object.fromEntries(damaged.map((file) => [file.path, file.fault]))
}

/** The disk, on which one file cannot be read. */
function failing(code: AppError['code']): WeightStorage {
  const disk = diskStorage(bench.folder)
  const fails = async (): Promise<never> => {
    throw new AppError(code, 'as a broken disk says')
  }
  return {
    ...disk,
    async folder(at, name) {
      const files = await disk.folder(at, name)
      return {
        ...files,
        open: async (file) => ({ ...(await files.open(file)), ...(file === VAE && { slice: fails }) }),
      }
    },
  }
}

describe('verifying a download', () => {
  it('finds nothing where nothing is wrong, and counts to the end', async () => {
    await fetchAll()
    const told: number[] = []
    expect(await verify({ listener: { progress: ({ done }) => void told.push(done) } })).toEqual({})
    const found = await findDownload(diskStorage(bench.folder), REPOSITORY)
    expect(told.at(-1)).toBe(found && bytesOf(found))
    expect(told).toEqual([...told].sort((a, b) => a - b))
  })

  it('says which file is wrong in which way; only these are fetched again', async () => {
    await fetchAll()
    await damageUnet()
    await rm(path('vae/config.json'))
    await writeFile(path('LICENSE.md'), 'MI')
    const wrong = { [UNET]: 'wrong-content', 'vae/config.json': 'missing', 'LICENSE.md': 'wrong-length' }
    expect(await verify()).toEqual(wrong)
    await expectNothingUnverified()
    const before = bench.server.asked.length
    await fetchAll()
    const again = new Set(bench.server.asked.slice(before).map((asked) => asked.path))
    expect([...again].sort()).toEqual(Object.keys(wrong).sort())
    await expectWhole()
    expect(await verify()).toEqual({})
  })

  it('takes what cannot be read for damaged', async () => {
    await fetchAll()
    expect(await verify({ storage: failing('weights/unreadable') })).toEqual({ [VAE]: 'unreadable' })
    await expectNothingUnverified()
  })

  it('deletes nothing that somebody writes to', async () => {
    await fetchAll()
    await expect(verify({ storage: failing('weights/changed') })).rejects.toMatchObject({ code: 'weights/changed' })
    await expectWhole()
  })

  it('that is stopped lets nothing be used of what it found wrong', async () => {
    await fetchAll()
    await damageUnet()
    const stop = new AbortController()
    const listener: VerifyListener = { progress: ({ path: at }) => void (at !== UNET && stop.abort()) }
    await expect(verify({ listener, signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' })
    await expectNothingUnverified()
  })
})
