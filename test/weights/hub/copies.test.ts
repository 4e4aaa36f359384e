import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { copyIn, deleteCopy, listCopies, openCopy } from '../../../src/weights/hub/copies.ts'
import { diskStorage } from '../../../src/weights/hub/disk-storage.ts'
import type { WeightStorage } from '../../../src/weights/hub/storage.ts'
import { noise } from './support/checkpoint.ts'

const { signal } = new AbortController()
const LARGE = noise(5 * 2 ** 20, 1)
const picked = new Map([
  ['model_index.json', new Blob(['{}'])],
  ['unet/diffusion_pytorch_model.safetensors', new Blob([LARGE])],
])
const quiet = (): void => undefined

async function bench(change: (storage: WeightStorage) => Partial<WeightStorage> = () => ({})) {
  const folder = await mkdtemp(join(tmpdir(), 'copies-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const disk = diskStorage(folder)
  return { folder, storage: { ...disk, ...change(disk) } }
}

it('a folder is copied with its progress, found by its name, and deleted', async () => {
  const { storage, folder } = await bench()
  const told: number[] = []
  await copyIn(storage, 'mine', picked, ({ done, bytes }) => told.push(done / bytes), signal)
  expect(told.at(-1)).toBe(1)
  expect(told.length).toBeGreaterThan(2)
  const files = await openCopy(storage, 'mine')
  const source = await files?.open('unet/diffusion_pytorch_model.safetensors')
  expect(Buffer.from((await source?.slice(0, source.size)) ?? []).equals(LARGE)).toBe(true)
  expect(await listCopies(storage)).toEqual([{ name: 'mine', bytes: LARGE.length + 2, whole: true }])
  await deleteCopy(storage, 'mine')
  expect(await openCopy(storage, 'mine')).toBeUndefined()
  expect(await listCopies(storage)).toEqual([])
  expect((await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())).toEqual(
    [],
  )
})

it('made again with the same bytes, it is read again: what was opened before is of files that are gone', async () => {
  // A browser's folder does not say when its files changed.
  const { storage } = await bench((disk) => ({
    folder: async (path, name) => {
      const { sizes, open } = await disk.folder(path, name)
      return { name, sizes, open }
    },
  }))
  await copyIn(storage, 'mine', picked, quiet, signal)
  const before = await openCopy(storage, 'mine')
  const stamp = await before?.stamp?.()
  expect(await before?.stamp?.()).toBe(stamp)
  await new Promise((done) => setTimeout(done, 2))
  await copyIn(storage, 'mine', picked, quiet, signal)
  expect(await before?.stamp?.()).not.toBe(stamp)
})

it('stopped or out of room, it leaves nothing, and the copy before stays as it was', async () => {
  let full = false
  const { storage } = await bench((disk) => ({
    open: async (path) => {
      const file = await disk.open(path)
      const write = file.write.bind(file)
      return Object.assign(file, {
        write: (...args: Parameters<typeof write>) => (full ? Promise.reject(new Error('full')) : write(...args)),
      })
    },
  }))
  await copyIn(storage, 'mine', new Map([['a.json', new Blob(['before'])]]), quiet, signal)
  const stop = new AbortController()
  await expect(copyIn(storage, 'mine', picked, () => stop.abort(), stop.signal)).rejects.toMatchObject({
    name: 'AbortError',
  })
  full = true
  await expect(copyIn(storage, 'mine', picked, quiet, signal)).rejects.toThrow('full')
  await expect(copyIn(storage, 'other', picked, quiet, signal)).rejects.toThrow('full')
  expect(await listCopies(storage)).toEqual([{ name: 'mine', bytes: 6, whole: true }])
  expect([...((await openCopy(storage, 'mine'))?.sizes ?? [])]).toEqual([['a.json', 6]])
})

it('a copy that was cut off by a crash is never used, is listed, and is made again or deleted', async () => {
  const { storage } = await bench()
  const crashed = { ...storage, writeText: () => Promise.reject(new Error('the power went out')) }
  await expect(copyIn(crashed, 'mine', picked, quiet, signal)).rejects.toThrow('power')
  expect(await openCopy(storage, 'mine')).toBeUndefined()
  expect(await listCopies(storage)).toEqual([{ name: 'mine', bytes: 0, whole: false }])
  await copyIn(storage, 'mine', picked, quiet, signal)
  expect(await listCopies(storage)).toMatchObject([{ name: 'mine', whole: true }])
})

it('a copy of which a file was cut is not used', async () => {
  const { storage, folder } = await bench()
  await copyIn(storage, 'mine', picked, quiet, signal)
  await truncate(join(folder, 'folders/mine/model_index.json'), 1)
  expect(await openCopy(storage, 'mine')).toBeUndefined()
})

it('asks whether there is room before it copies anything', async () => {
  const written: string[] = []
  const { storage } = await bench((disk) => ({
    free: async () => 1000,
    open: (path) => {
      written.push(path)
      return disk.open(path)
    },
  }))
  await expect(copyIn(storage, 'mine', picked, quiet, signal)).rejects.toMatchObject({ code: 'weights/no-space' })
  expect(written).toEqual([])
})
