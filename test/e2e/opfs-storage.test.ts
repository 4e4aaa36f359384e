import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { needed, published, UNET } from '../weights/hub/support/checkpoint.ts'
import { COMMIT, faultHub, REPOSITORY } from '../weights/hub/support/fault-hub.ts'
import { contract } from '../weights/hub/support/storage-contract.ts'
import { chromiumArguments } from './support/chromium.ts'

let server: Server
let browser: Browser
let page: Page
beforeAll(async () => {
  const entryPoints = [join(ROOT, 'test/weights/hub/support/opfs.worker.ts')]
  const { outputFiles } = await build({ entryPoints, bundle: true, format: 'esm', write: false })
  server = createServer(({ url }, response) => {
    const worker = url === '/worker.js'
    response.setHeader('Content-Type', worker ? 'text/javascript' : 'text/html')
    response.end(worker ? outputFiles[0]?.text : '<!doctype html><title>storage</title>')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  browser = await chromium.launch({ executablePath: inject('chromium'), args: chromiumArguments({ webgpu: 'none' }) })
  page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
})
afterAll(async () => {
  await browser.close()
  await new Promise((done) => server.close(done))
})

interface Answer {
  readonly value?: unknown
  readonly error?: string
}

/** Asks a new Worker; after `ms` it is killed, as a tab that is closed is. */
const ask = (words: readonly string[], ms = 60_000): Promise<Answer> =>
  page.evaluate(
    ([words, ms]) =>
      new Promise<Answer>((resolve) => {
        const worker = new Worker('worker.js', { type: 'module' })
        const end = (answer: Answer): void => {
          worker.terminate()
          resolve(answer)
        }
        worker.onmessage = ({ data }: MessageEvent<Answer>) => end(data)
        worker.onerror = ({ message }) => end({ error: message })
        worker.postMessage(words)
        setTimeout(() => end({ error: 'killed' }), ms)
      }),
    [words, ms] as const,
  )

it.each(Object.keys(contract))('in a browser, %s', async (name) => {
  expect(await ask(['contract', name])).toEqual({ value: 'held' })
})

it('a file that is held is read by its handle, not as a Blob, and nobody writes to it meanwhile', async () => {
  expect(await ask(['hold'])).toEqual({ value: { read: [1, 2, 3], blobs: 0, refused: 'weights/in-use' } })
})

describe('a download into a browser', () => {
  it('that dies with its tab goes on in the next, and is whole and verified', async () => {
    const hub = await faultHub(published)
    try {
      // The first pieces come, the others never end.
      hub.fault = ({ path, range }, response) => {
        if (path !== UNET || (range?.begin ?? 0) < 3000) return false
        response.writeHead(206, {
          'Content-Range': `bytes ${range?.begin}-${(range?.end ?? 0) - 1}/7300`,
          ETag: hub.etag,
        })
        response.flushHeaders()
        return true
      }
      expect(await ask(['download', hub.host, REPOSITORY], 3000)).toEqual({ error: 'killed' })
      const before = hub.asked.length
      hub.fault = () => false
      expect(await ask(['download', hub.host, REPOSITORY])).toEqual({
        value: { paths: [...needed].sort(), damaged: [], folders: expect.arrayContaining([COMMIT, `${COMMIT}.json`]) },
      })
      const again = hub.asked.slice(before).filter(({ path }) => path === UNET)
      expect(again).toHaveLength(5)
      expect(hub.waits).toEqual([])
    } finally {
      await hub.close()
    }
  })
})
