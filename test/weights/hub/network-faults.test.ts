import { rm } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { diskStorage } from '../../../src/weights/hub/disk-storage.ts'
import { published, UNET } from './support/checkpoint.ts'
import {
  bench,
  expectFailure,
  expectNothingUnverified,
  expectWhole,
  fetchAll,
  ofUnet,
  REQUESTS,
  useBench,
} from './support/downloading.ts'
import { answer, cut, faultHub, status } from './support/fault-hub.ts'

useBench()

it('without faults each byte is fetched once, by at most three connections', async () => {
  let [open, most] = [0, 0]
  const held: (() => void)[] = []
  bench.server.fault = (asked, response) => {
    open += 1
    most = Math.max(most, open)
    response.once('close', () => (open -= 1))
    const go = (): void => answer(bench.server, asked, response)
    // The first pieces wait for each other, and a little for one too many.
    if (!ofUnet(asked) || held.length === 3) setTimeout(go, 5)
    else if (held.push(go) === 3) setTimeout(() => held.forEach((each) => each()), 20)
    return true
  }
  await fetchAll()
  await expectWhole()
  expect(most).toBe(3)
  const unet = bench.server.asked.filter(ofUnet).map(({ range }) => `${range?.begin}-${range?.end}`)
  expect(unet).toHaveLength(8)
  expect(new Set(unet).size).toBe(8)
  expect(bench.server.asked).toHaveLength(REQUESTS)
  expect(bench.server.waits).toEqual([])
})

it('what is here is not fetched again', async () => {
  await fetchAll()
  const before = bench.server.asked.length
  await fetchAll()
  expect(bench.server.asked).toHaveLength(before)
  await expectWhole()
})

describe('a connection that is cut', () => {
  it.each([0, 0.01, 0.5, 0.99])('after %d of each piece, once, loses nothing', async (share) => {
    const seen = new Set<string>()
    bench.server.fault = (asked, response) => {
      const name = `${asked.path} ${(asked.range?.end ?? 0).toString()}`
      if (seen.has(name)) return false
      seen.add(name)
      return cut(share, asked, response)
    }
    await fetchAll()
    await expectWhole()
    expect(seen.size).toBe(REQUESTS)
    // A piece goes on where it was cut.
    const begins = bench.server.asked.filter(ofUnet).map(({ range }) => range?.begin)
    expect(begins.some((begin) => (begin ?? 0) % 1000 !== 0)).toBe(share > 0)
  })

  it('each time is said, and what came is kept', async () => {
    bench.server.fault = (asked, response) =>
      ofUnet(asked) && (asked.range?.begin ?? 0) >= 4000 && cut(0, asked, response)
    await expectFailure(fetchAll(), 'checkpoint/download-failed', /try again: what has arrived is kept/)
    expect(bench.server.waits.length).toBeGreaterThanOrEqual(4)
    bench.server.fault = () => false
    const before = bench.server.asked.length
    await fetchAll()
    await expectWhole()
    const again = bench.server.asked.slice(before).filter(ofUnet)
    expect(again.every(({ range }) => (range?.begin ?? 0) >= 3000)).toBe(true)
    expect(again.length).toBeGreaterThan(0)
  })

  it('over and over, but each time later, is no reason to give up', async () => {
    // a tenth of a piece at a time, which takes twice as many tries as would be given up after
    bench.server.fault = ({ path, content, range }, response) => {
      if (path !== UNET || range === undefined || range.end - range.begin <= 100) return false
      const { begin, end } = range
      response.writeHead(206, { 'Content-Range': `bytes ${begin}-${end - 1}/7300`, 'Content-Length': `${end - begin}` })
      response.write(content.subarray(begin, begin + 100), () => setTimeout(() => response.destroy(), 5))
      return true
    }
    await fetchAll()
    await expectWhole()
    expect(bench.server.waits.length).toBeGreaterThan(50)
  })

  it('on which nothing comes any more is made again', async () => {
    await bench.server.close()
    bench.server = await faultHub(published, { stallMs: 100 })
    let stalled = 0
    bench.server.fault = (asked, response) => {
      if (!ofUnet(asked) || asked.range?.begin !== 2000 || stalled > 0) return false
      stalled += 1
      response.writeHead(206, { 'Content-Range': 'bytes 2000-2999/7300', ETag: bench.server.etag })
      response.write(asked.content.subarray(2000, 2100))
      return true
    }
    await fetchAll()
    expect(stalled).toBe(1)
    await expectWhole()
  })

  it('by the server going away and coming back is gone on with', async () => {
    bench.server.fault = (asked, response) => {
      if (asked.nth >= 3) void bench.server.close()
      return asked.nth >= 3 && cut(0, asked, response)
    }
    await expectFailure(fetchAll(), 'checkpoint/download-failed', /Check the connection/)
    bench.server = await faultHub(published)
    await fetchAll()
    await expectWhole()
    expect(bench.server.asked.filter(ofUnet).length).toBeLessThan(8)
  })

  it('that a page may not make (CORS) is said as one that failed', async () => {
    const refused = { ...bench.server.hub, fetch: () => Promise.reject(new TypeError('Failed to fetch')) }
    await expectFailure(
      fetchAll(diskStorage(bench.folder), { hub: refused }),
      'checkpoint/download-failed',
      /connection/,
    )
  })
})

describe('a server that is busy', () => {
  it.each([429, 500, 502, 503, 504])('with %d is asked again after a pause that grows', async (code) => {
    bench.server.fault = ({ nth }, response) => nth < 3 && status(code, {}, response)
    await fetchAll()
    await expectWhole()
    expect(bench.server.waits).toHaveLength(3)
    for (const ms of bench.server.waits) expect(ms).toBeGreaterThanOrEqual(250)
  })

  it('is left alone for as long as it asks, in seconds or until a date', async () => {
    const until = new Date(Date.now() + 100_000).toUTCString()
    bench.server.fault = ({ nth }, response) =>
      nth < 2 && status(nth === 0 ? 429 : 503, { 'Retry-After': nth === 0 ? '7' : until }, response)
    await fetchAll()
    await expectWhole()
    const [shorter = 0, longer = 0] = [...bench.server.waits].sort((a, b) => a - b)
    expect(shorter).toBe(7000)
    expect(longer).toBeGreaterThan(90_000)
    expect(longer).toBeLessThanOrEqual(100_000)
  })

  it('for hours is not waited for: it is said when to come back', async () => {
    bench.server.fault = (_asked, response) => status(429, { 'Retry-After': '7200' }, response)
    await expectFailure(fetchAll(), 'checkpoint/download-failed', /in 120 minutes/)
    expect(bench.server.waits).toEqual([])
  })

  it('for good is given up after five tries in a row', async () => {
    bench.server.fault = (asked, response) => !ofUnet(asked) && status(503, {}, response)
    await expectFailure(fetchAll(), 'checkpoint/download-failed', /try again/)
    expect(bench.server.asked.filter((asked) => !ofUnet(asked))).toHaveLength(5)
  })

  it.each([
    [401, 'checkpoint/no-access'],
    [403, 'checkpoint/no-access'],
    [404, 'checkpoint/not-found'],
    [410, 'checkpoint/download-failed'],
  ])('%d is not tried again', async (code, expected) => {
    bench.server.fault = (asked, response) => ofUnet(asked) && status(code, {}, response)
    await expectFailure(fetchAll(), expected, /./)
    expect(bench.server.waits).toEqual([])
  })
})

it('stopped at any request it ends at once, and goes on from there', async () => {
  let stops = 0
  for (let nth = 0; ; nth++) {
    const stop = new AbortController()
    const begun = bench.server.asked.length
    bench.server.fault = () => {
      if (bench.server.asked.length - begun === nth + 1) stop.abort(new Error('paused'))
      return false
    }
    const ended = await fetchAll(diskStorage(bench.folder), { signal: stop.signal }).catch((error: unknown) => error)
    if (!stop.signal.aborted) break
    stops += 1
    expect(ended).toMatchObject({ message: 'paused' })
    await expectNothingUnverified()
    bench.server.fault = () => false
    await fetchAll()
    await expectWhole()
    // At most what was on its way is fetched twice.
    expect(bench.server.asked.length - begun).toBeLessThanOrEqual(REQUESTS + 3)
    await rm(bench.folder, { recursive: true })
  }
  expect(stops).toBe(REQUESTS)
})
