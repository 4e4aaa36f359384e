import { createHash } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { diskStorage } from '../../../src/weights/hub/disk-storage.ts'
import { download, type DownloadListener } from '../../../src/weights/hub/download.ts'
import { findDownload, openDownload } from '../../../src/weights/hub/downloads.ts'
import { planDownload, type DownloadPlan } from '../../../src/weights/hub/plan-download.ts'
import { keepNumbers, promptFolder, readNumbers } from '../../../src/weights/hub/kept-numbers.ts'
import type { PublishedPrompt } from '../../../src/weights/hub/published-prompt.ts'
import { needed, published } from './support/checkpoint.ts'
import { bench, fetchAll, useBench } from './support/downloading.ts'
import { COMMIT, cut, REPOSITORY, status, type FaultHub } from './support/fault-hub.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** As the published one lies in its file: something before, [2, 3] numbers, something after. */
const VALUES = Float32Array.of(0.5, -1, 2, 3.25, -4, 1e-3)
const NUMBERS = new Uint8Array(VALUES.buffer)
const FILE = Uint8Array.of(...Array.from({ length: 20 }, (_, i) => i), ...NUMBERS, 7, 7, 7)
const PATH = 'empty.pt'

useBench(new Map([...published, [PATH, FILE]]))

const prompt = (changed: Partial<PublishedPrompt> = {}): PublishedPrompt => ({
  encoder: 'some-encoder',
  repository: 'known/one',
  url: `${bench.server.host}/${REPOSITORY}/resolve/${COMMIT}/${PATH}`,
  bytes: FILE.length,
  sha256: sha256(FILE),
  numbers: { begin: 20, tokens: 2, dim: 3, sha256: sha256(NUMBERS) },
  ...changed,
})

const ENCODER = needed.filter((path) => /^(text_encoder|tokenizer)\//.test(path))
const storage = () => diskStorage(bench.folder)
const { signal } = new AbortController()
const asked = ({ asked: all }: FaultHub): readonly string[] => all.map(({ path }) => path)

const plan = (published = prompt()): Promise<DownloadPlan> =>
  planDownload(
    bench.server.hub,
    storage(),
    { id: REPOSITORY, revision: 'main', variant: 'fp16', prompt: async () => published },
    signal,
  )

interface Told {
  readonly instead: string[]
  readonly progress: [done: number, bytes: number][]
}

async function fetchWith(published = prompt(), aborted = signal): Promise<Told> {
  const told: Told = { instead: [], progress: [] }
  const listener: DownloadListener = {
    progress: ({ done, bytes }) => void told.progress.push([done, bytes]),
    verified: () => undefined,
    instead: (_bytes, { code }) => void told.instead.push(code),
  }
  await download(bench.server.hub, storage(), await plan(published), listener, aborted)
  return told
}

async function paths(): Promise<readonly string[]> {
  const found = await findDownload(storage(), REPOSITORY)
  return found === undefined ? [] : [...(await openDownload(storage(), found)).sizes.keys()]
}

describe('a published empty prompt', () => {
  it('is fetched in place of the text encoder, and counted; its numbers are kept, and nothing else of it', async () => {
    const { bytes, missing, variants } = await plan()
    expect(missing).toBe(bytes)
    expect(Object.keys(variants)).toEqual(['unet', 'vae'])
    const { instead, progress } = await fetchWith()
    expect(instead).toEqual([])
    expect(progress.at(-1)).toEqual([bytes, bytes])
    expect(asked(bench.server)).toContain(PATH)
    expect(asked(bench.server).filter((path) => ENCODER.includes(path))).toEqual([])
    expect([...(await paths())].sort()).toEqual(needed.filter((path) => !ENCODER.includes(path)).sort())
    expect(await readNumbers(storage(), promptFolder('some-encoder'))).toEqual(VALUES)
    expect(await readdir(join(bench.folder, 'prompts/some-encoder'))).toEqual([`${sha256(NUMBERS)}.f32`])
    expect((await plan()).missing).toBe(0)
  })

  it('that is here is not fetched again, for whichever checkpoint', async () => {
    await keepNumbers(storage(), promptFolder('some-encoder'), VALUES)
    const { prompt: planned, bytes, missing } = await plan()
    expect(planned).toMatchObject({ here: true })
    expect(missing).toBe(bytes - FILE.length)
    expect((await fetchWith()).progress.at(-1)).toEqual([bytes, bytes])
    expect(asked(bench.server)).not.toContain(PATH)
  })

  it('is not asked for where the text encoder is here', async () => {
    await fetchAll()
    expect(await plan()).toMatchObject({ prompt: undefined, missing: 0 })
  })

  it('is fetched again where it was lost, and the checkpoint is not used without it', async () => {
    await fetchWith()
    await rm(join(bench.folder, 'prompts'), { recursive: true })
    expect(await findDownload(storage(), REPOSITORY)).toBeUndefined()
    expect((await plan()).missing).toBe(FILE.length)
    const before = bench.server.asked.length
    await fetchWith()
    expect(asked(bench.server).slice(before)).toEqual([PATH])
    expect(await findDownload(storage(), REPOSITORY)).toMatchObject({ prompt: 'some-encoder' })
  })

  it('that was damaged on the disk is as good as lost', async () => {
    await fetchWith()
    const path = join(bench.folder, 'prompts/some-encoder', `${sha256(NUMBERS)}.f32`)
    const bytes = await readFile(path)
    bytes[5] = (bytes[5] ?? 0) ^ 1
    await writeFile(path, bytes)
    expect(await readNumbers(storage(), promptFolder('some-encoder'))).toBeUndefined()
    expect((await plan()).missing).toBe(FILE.length)
    await fetchWith()
    expect(await readNumbers(storage(), promptFolder('some-encoder'))).toEqual(VALUES)
  })
})

describe('the text encoder comes in place of a published empty prompt', () => {
  const expectEncoder = async (told: Told, code: string): Promise<void> => {
    expect(told.instead).toEqual([code])
    expect([...(await paths())].sort()).toEqual([...needed].sort())
    expect(await readNumbers(storage(), promptFolder('some-encoder'))).toBeUndefined()
    const [done, bytes] = told.progress.at(-1) ?? []
    expect(done).toBe(bytes)
    expect((await plan()).missing).toBe(0)
  }

  it('whose host cannot be reached', async () => {
    await expectEncoder(await fetchWith(prompt({ url: 'http://127.0.0.1:9/empty.pt' })), 'checkpoint/download-failed')
    expect(bench.server.waits).toHaveLength(2)
  })

  it.each<[string, string, FaultHub['fault']]>([
    ['is not there', 'checkpoint/not-found', (_, response) => status(404, {}, response)],
    ['is busy each time', 'checkpoint/download-failed', (_, response) => status(503, {}, response)],
    ['is cut each time', 'checkpoint/download-failed', (of, response) => cut(0.5, of, response)],
    ['has another content', 'weights/wrong-content', (_, response) => (response.end(FILE.map((x) => x ^ 1)), true)],
    ['is longer', 'weights/wrong-content', (_, response) => (response.end(Buffer.alloc(1000)), true)],
  ])('that %s', async (_what, code, fault) => {
    bench.server.fault = (of, response) => of.path === PATH && fault(of, response)
    await expectEncoder(await fetchWith(), code)
  })

  it('whose numbers are others than is known of them', async () => {
    const numbers = { ...prompt().numbers, begin: 16 }
    await expectEncoder(await fetchWith(prompt({ numbers })), 'weights/wrong-content')
  })

  it('but not when the person stops', async () => {
    const stop = new AbortController()
    bench.server.fault = ({ path }) => {
      if (path === PATH) stop.abort()
      return false
    }
    await expect(fetchWith(prompt(), stop.signal)).rejects.toMatchObject({ name: 'AbortError' })
    expect(asked(bench.server)).toEqual([PATH])
  })
})
