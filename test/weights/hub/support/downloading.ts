import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { AppError } from '../../../../src/base/errors.ts'
import { diskStorage } from '../../../../src/weights/hub/disk-storage.ts'
import { download, type DownloadListener } from '../../../../src/weights/hub/download.ts'
import { findDownload, openDownload } from '../../../../src/weights/hub/downloads.ts'
import type { Hub } from '../../../../src/weights/hub/hub.ts'
import { planDownload } from '../../../../src/weights/hub/plan-download.ts'
import type { WeightStorage } from '../../../../src/weights/hub/storage.ts'
import { needed, published, UNET } from './checkpoint.ts'
import { faultHub, REPOSITORY, type Asked, type FaultHub } from './fault-hub.ts'

/** A server with a checkpoint and an empty folder to download it to, new for each test. */
export const bench = { server: undefined as unknown as FaultHub, folder: '' }

export function useBench(files: ReadonlyMap<string, Uint8Array> = published): void {
  beforeEach(async () => {
    bench.folder = await mkdtemp(join(tmpdir(), 'downloads-'))
    bench.server = await faultHub(files)
  })
  afterEach(async () => {
    await bench.server.close()
    await rm(bench.folder, { recursive: true })
  })
}

/** Requests that a download without faults makes: the pieces of the U-Net, and one for each other file. */
export const REQUESTS = 8 + needed.length - 1

export const ofUnet = ({ path }: Asked): boolean => path === UNET

const quiet: DownloadListener = { progress: () => undefined, verified: () => undefined, instead: () => undefined }

export async function fetchAll(
  storage: WeightStorage = diskStorage(bench.folder),
  {
    hub = bench.server.hub,
    signal = new AbortController().signal,
  }: { readonly hub?: Hub; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const plan = await planDownload(hub, storage, { id: REPOSITORY, revision: 'main', variant: 'fp16' }, signal)
  await download(hub, storage, plan, quiet, signal)
}

export const failure = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => expect.fail('nothing failed'),
    (error: unknown) => error,
  )

/** The checkpoint is here, each file of it as published, and nothing else is left. */
export async function expectWhole(): Promise<void> {
  const storage = diskStorage(bench.folder)
  const found = await findDownload(storage, REPOSITORY)
  if (found === undefined) return expect.fail('the checkpoint is not here')
  const files = await openDownload(storage, found)
  expect([...files.sizes.keys()].sort()).toEqual([...needed].sort())
  for (const path of needed) {
    const source = await files.open(path)
    expect(Buffer.from(await source.slice(0, source.size)).equals(published.get(path) ?? Buffer.of())).toBe(true)
  }
  const left = (await readdir(bench.folder, { recursive: true })).filter((path) =>
    /unverified|lock|tmp|journal/.test(path),
  )
  expect(left).toEqual([])
}

/** There is no checkpoint to be used, and no file with its own name whose content is not as published. */
export async function expectNothingUnverified(): Promise<void> {
  expect(await findDownload(diskStorage(bench.folder), REPOSITORY)).toBeUndefined()
  for (const path of await readdir(bench.folder, { recursive: true })) {
    const of = needed.find((name) => path.endsWith(`/${name}`))
    if (of === undefined || path.includes('.unverified/')) continue
    expect((await readFile(join(bench.folder, path))).equals(published.get(of) ?? Buffer.of())).toBe(true)
  }
}

export async function expectFailure(run: Promise<unknown>, code: string, fix: RegExp): Promise<void> {
  const error = await failure(run)
  expect(error).toBeInstanceOf(AppError)
  expect(error).toMatchObject({ code, fix: expect.stringMatching(fix) })
  await expectNothingUnverified()
}
