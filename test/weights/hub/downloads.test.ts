import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diskStorage } from '../../../src/weights/hub/disk-storage.ts'
import { download } from '../../../src/weights/hub/download.ts'
import { bytesOf, deleteDownloads, findDownload, listDownloads } from '../../../src/weights/hub/downloads.ts'
import { planDownload } from '../../../src/weights/hub/plan-download.ts'
import { Rate } from '../../../src/weights/hub/rate.ts'
import type { WeightStorage } from '../../../src/weights/hub/storage.ts'
import type { Variant } from '../../../src/weights/tensors.ts'
import { needed, published, UNET } from './support/checkpoint.ts'
import { COMMIT, faultHub, REPOSITORY, type FaultHub } from './support/fault-hub.ts'

let server: FaultHub
let folder: string
let storage: WeightStorage
const { signal } = new AbortController()
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downloads-'))
  storage = diskStorage(folder)
  server = await faultHub(published)
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

const wanted = (variant: Variant) => ({ id: REPOSITORY, revision: 'v1', variant })
async function fetchAll(variant: Variant = 'fp16'): Promise<readonly number[]> {
  const done: number[] = []
  const plan = await planDownload(server.hub, storage, wanted(variant), signal)
  const listener = {
    progress: (now: { done: number }) => void done.push(now.done),
    verified: () => undefined,
    instead: () => undefined,
  }
  await download(server.hub, storage, plan, listener, signal)
  expect(done.at(-1)).toBe(plan.bytes)
  return done
}

const length = needed.reduce((sum, name) => sum + (published.get(name)?.length ?? 0), 0)

describe('a plan', () => {
  it('says what is to come before anything is fetched, and what is left of it later', async () => {
    const plan = await planDownload(server.hub, storage, wanted('fp16'), signal)
    expect([plan.bytes, plan.missing]).toEqual([length, length])
    expect(server.asked).toEqual([])
    expect(await readdir(folder)).toEqual([])
    server.fault = (asked, response) => {
      if ((asked.range?.begin ?? 0) < 4000) return false
      response.writeHead(404).end()
      return true
    }
    await expect(fetchAll()).rejects.toMatchObject({ code: 'checkpoint/not-found' })
    const { missing } = await planDownload(server.hub, storage, wanted('fp16'), signal)
    expect(missing).toBeLessThanOrEqual(length - 2000)
    server.fault = () => false
    await fetchAll()
    expect((await planDownload(server.hub, storage, wanted('fp16'), signal)).missing).toBe(0)
  })
})

describe('what is here', () => {
  it('is listed with its commit, licence and bytes; nothing else is', async () => {
    expect(await listDownloads(storage)).toEqual([])
    await fetchAll()
    await writeFile(join(folder, 'a file'), '')
    await writeFile(join(folder, 'someone--marigold-tiny', 'notes.json'), '{}')
    const [found, ...more] = await listDownloads(storage)
    expect(more).toEqual([])
    expect(found).toMatchObject({ id: REPOSITORY, revision: COMMIT, licence: 'mit' })
    expect(found && bytesOf(found)).toBe(length)
  })

  it('in another precision is added to it', async () => {
    await fetchAll()
    await fetchAll('full')
    expect(server.asked.filter(({ path }) => path === UNET)).toHaveLength(8)
    const found = await findDownload(storage, REPOSITORY)
    expect(found?.files.map((file) => file.path)).toContain(UNET)
    expect(found?.files.map((file) => file.path)).toContain('unet/diffusion_pytorch_model.safetensors')
  })

  it.each(['', '{', '{"schema":2}', 'null'])('is not, when its manifest is %j', async (text) => {
    await fetchAll()
    const manifest = join(folder, 'someone--marigold-tiny', `${COMMIT}.json`)
    const right = await readFile(manifest, 'utf8')
    await writeFile(manifest, text)
    expect(await findDownload(storage, REPOSITORY)).toBeUndefined()
    const before = server.asked.length
    await fetchAll()
    expect(server.asked).toHaveLength(before)
    const finished = /"finished".*/
    expect((await readFile(manifest, 'utf8')).replace(finished, '')).toBe(right.replace(finished, ''))
  })

  it('leads nowhere else by its manifest', async () => {
    await fetchAll()
    const manifest = join(folder, 'someone--marigold-tiny', `${COMMIT}.json`)
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('LICENSE.md', '../../../LICENSE.md'))
    expect(await findDownload(storage, REPOSITORY)).toBeUndefined()
  })
})

it('deleting leaves nothing of it', async () => {
  await fetchAll()
  await deleteDownloads(storage, REPOSITORY)
  expect(await readdir(folder)).toEqual([])
  await deleteDownloads(storage, REPOSITORY)
})

it('nothing is written outside the folder', async () => {
  await expect(storage.open('../x')).rejects.toThrow(expect.objectContaining({ code: 'checkpoint/unsafe-path' }))
})

it.runIf(process.platform === 'linux')('a device without room says so', async () => {
  const { symlink, mkdir } = await import('node:fs/promises')
  await mkdir(join(folder, 'x'))
  await symlink('/dev/full', join(folder, 'x/full'))
  const file = await storage.open('x/full')
  await expect(file.write(0, new Uint8Array(10))).rejects.toMatchObject({
    code: 'weights/no-space',
    fix: expect.stringContaining('kept'),
  })
  await file.close()
})

it('a lock that a crashed process left is taken over', async () => {
  // Numbers of processes end far below.
  await (await storage.open('x/file')).close()
  await writeFile(join(folder, 'x/file.lock'), '999999999')
  const file = await storage.open('x/file')
  await expect(storage.open('x/file')).rejects.toMatchObject({ code: 'weights/in-use' })
  await file.close()
  expect(await readdir(join(folder, 'x'))).toEqual(['file'])
})

describe('the rate', () => {
  it('is of the last seconds, and not known before', () => {
    const rate = new Rate(10_000)
    rate.add(0, 0)
    rate.add(500, 500)
    expect(rate.bytesPerSecond).toBeUndefined()
    for (let second = 1; second <= 20; second++) rate.add(1000, 1000 * second)
    expect(rate.bytesPerSecond).toBeCloseTo(1000, 6)
    for (let second = 21; second <= 40; second++) rate.add(10, 1000 * second)
    expect(rate.bytesPerSecond).toBeCloseTo(10, 6)
  })
})
