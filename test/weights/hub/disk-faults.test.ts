import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/base/errors.ts'
import { diskStorage } from '../../../src/weights/hub/disk-storage.ts'
import type { WeightStorage } from '../../../src/weights/hub/storage.ts'
import { needed, published, UNET } from './support/checkpoint.ts'
import {
  bench,
  expectFailure,
  expectNothingUnverified,
  expectWhole,
  failure,
  fetchAll,
  REQUESTS,
  useBench,
} from './support/downloading.ts'
import { answer, status } from './support/fault-hub.ts'

useBench()

describe('a disk', () => {
  /** A storage on which the n-th write fails. */
  function full(nth: number): { readonly storage: WeightStorage; readonly hit: () => boolean } {
    const disk = diskStorage(bench.folder)
    let writes = 0
    const storage: WeightStorage = {
      ...disk,
      async open(path) {
        const file = await disk.open(path)
        const write = file.write.bind(file)
        file.write = async (at, bytes) => {
          writes += 1
          if (writes === nth) throw new AppError('weights/no-space', 'full', { fix: 'Make room.' })
          return write(at, bytes)
        }
        return file
      },
    }
    return { storage, hit: () => writes >= nth }
  }

  it('that is full at any write is said, and the download goes on when there is room', async () => {
    let faults = 0
    for (let nth = 1; ; nth++) {
      const { storage, hit } = full(nth)
      const ended = await fetchAll(storage).catch((error: unknown) => error)
      if (!hit()) break
      faults += 1
      expect(ended).toMatchObject({ code: 'weights/no-space', fix: 'Make room.' })
      await expectNothingUnverified()
      await fetchAll()
      await expectWhole()
      await rm(join(bench.folder), { recursive: true })
    }
    expect(faults).toBeGreaterThanOrEqual(REQUESTS)
  })

  it('has a piece before the journal says so', async () => {
    const disk = diskStorage(bench.folder)
    const events: string[] = []
    const noted = <A extends readonly unknown[], R>(name: string, act: (...given: A) => R) => {
      return (...given: A): R => {
        events.push(name)
        return act(...given)
      }
    }
    const storage: WeightStorage = {
      ...disk,
      writeText: (path, text) =>
        (path.endsWith('.journal') ? noted('journal', disk.writeText) : disk.writeText)(path, text),
      async open(path) {
        const file = await disk.open(path)
        file.write = noted('write', file.write.bind(file))
        file.flush = noted('flush', file.flush.bind(file))
        return file
      },
    }
    await fetchAll(storage, { hub: { ...bench.server.hub, connections: 1 } })
    const before = events.flatMap((event, i) => (event === 'journal' ? [events[i - 1]] : []))
    expect(before).toEqual(Array.from({ length: 8 }, () => 'flush'))
    expect(events.filter((event) => event === 'write').length).toBeGreaterThanOrEqual(8)
  })

  it('with less room than is needed, and a tenth more, is not begun on', async () => {
    const bytes = needed.reduce((sum, path) => sum + (published.get(path)?.length ?? 0), 0)
    const room = (free: number): WeightStorage => ({ ...diskStorage(bench.folder), free: async () => free })
    await expectFailure(fetchAll(room(Math.floor(1.09 * bytes))), 'weights/no-space', /Make room/)
    expect(bench.server.asked).toEqual([])
    await fetchAll(room(Math.ceil(1.1 * bytes)))
    await expectWhole()
  })

  it('that has lost or changed what it held is found out, and all is fetched again', async () => {
    bench.server.fault = (asked, response) => (asked.range?.begin ?? 0) >= 4000 && status(404, {}, response)
    await failure(fetchAll())
    const partial = (await readdir(bench.folder, { recursive: true })).find((path) =>
      path.endsWith(`unverified/${UNET}`),
    )
    if (partial === undefined) return expect.fail('nothing was kept')
    const bytes = await readFile(join(bench.folder, partial))
    bytes[10] = (bytes[10] ?? 0) ^ 1
    await writeFile(join(bench.folder, partial), bytes)
    bench.server.fault = () => false
    const before = bench.server.asked.length
    await fetchAll()
    await expectWhole()
    expect(bench.server.asked.slice(before).filter(({ range }) => range?.begin === 0)).toHaveLength(1)
  })

  it.each(['', '{', '{"schema":1,"done":[0,1,2,3,4,5,6,7]}', '[]'])(
    'whose journal is %j begins anew',
    async (journal) => {
      bench.server.fault = (asked, response) => (asked.range?.begin ?? 0) >= 4000 && status(404, {}, response)
      await failure(fetchAll())
      const path = (await readdir(bench.folder, { recursive: true })).find((name) => name.endsWith('.journal'))
      if (path === undefined) return expect.fail('there is no journal')
      await writeFile(join(bench.folder, path), journal)
      bench.server.fault = () => false
      await fetchAll()
      await expectWhole()
    },
  )

  it('to which another process downloads the same is left alone', async () => {
    let second: Promise<unknown> | undefined
    bench.server.fault = (asked, response) => {
      if (asked.nth > 0) return false
      second = failure(fetchAll())
      void second.then(() => answer(bench.server, asked, response))
      return true
    }
    await fetchAll()
    expect(await second).toMatchObject({ code: 'weights/in-use', fix: expect.stringContaining('Wait') })
    await expectWhole()
  })
})
