import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page, Route } from 'playwright-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { faultHub, status as answerWith, type FaultHub } from '../weights/hub/support/fault-hub.ts'
import { eachPage } from './support/each-page.ts'
import { finished, node } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

const FOLDER = join(ROOT, 'test/fixtures/checkpoints/tiny-ddim-trailing')
const REPOSITORY = 'prs-eth/marigold-depth-v1-1'

let hub: FaultHub
let page: Page
let requests: string[]
beforeEach(async () => {
  const paths = (await readdir(FOLDER, { recursive: true })).filter((path) => /\.(json|safetensors)$/.test(path))
  const files = await Promise.all(paths.map(async (path) => [path, await readFile(join(FOLDER, path))] as const))
  hub = await faultHub(new Map(files), {}, REPOSITORY)
})
afterEach(() => hub.close())

eachPage(async (opened) => {
  page = opened
  requests = []
  await page.context().route('https://raw.githubusercontent.com/**', async (route: Route) => {
    requests.push(route.request().url())
    await route.fulfill({ status: 404, headers: { 'Access-Control-Allow-Origin': '*' } })
  })
  await page.context().route('https://huggingface.co/**', async (route: Route) => {
    requests.push(route.request().url())
    const url = route.request().url().replace('https://huggingface.co', hub.host)
    await route.fulfill({ response: await route.fetch({ url, maxRedirects: 0 }) })
  })
  await finished(page)
})

const card = () => node(page, 'Load Checkpoint')
const button = (name: RegExp | string) => card().getByRole('button', { name })
const choose = () => card().getByRole('combobox', { name: 'Checkpoint' }).selectOption({ label: 'Marigold Depth v1.1' })

it('a checkpoint of the Hub is chosen, shown with its bytes, licence and host, downloaded, run, and there after a reload', async () => {
  await choose()
  await button('Download (about 1.90 GB)…').waitFor()
  expect(requests).toEqual([])
  await button(/^Download \(about/).click()
  const offer = card().getByText(/files, [\d.]+ [kM]B, from huggingface\.co\. Licence: mit\./)
  await offer.waitFor()
  await card()
    .getByText(/empty prompt, 8\.97 kB, from raw\.githubusercontent\.com; should that fail, the text/)
    .waitFor()
  expect(await violations(page)).toEqual([])
  expect(hub.asked).toEqual([])
  await button(/^Download [\d.]+ [kM]B$/).click()
  await button(/^Delete it/).waitFor({ timeout: 30_000 })
  await finished(page)
  expect(await page.getByRole('alert').count()).toBe(0)
  // The text encoder came in its place.
  expect(requests.filter((url) => url.startsWith('https://raw.')).length).toBe(1)

  await hub.close()
  const before = requests.length
  await page.reload()
  await finished(page)
  await button(/^Delete it/).waitFor()
  expect(requests).toHaveLength(before)

  await button(/^Delete it/).click()
  await button(/^Download \(about/).waitFor()
})

it('a download that fails says why and goes on when it is tried again', async () => {
  hub.fault = ({ path }, response) => path.startsWith('vae/') && answerWith(404, {}, response)
  await choose()
  await button(/^Download \(about/).click()
  await button(/^Download [\d.]+ [kM]B$/).click()
  await card().getByRole('alert').filter({ hasText: 'does not exist' }).waitFor({ timeout: 30_000 })
  expect(await violations(page)).toEqual([])
  hub.fault = () => false
  const before = hub.asked.length
  await button('Try again').click()
  await button(/^Download [\d.]+ [kM]B$/).click()
  await button(/^Delete it/).waitFor({ timeout: 30_000 })
  await finished(page)
  expect(hub.asked.slice(before).some(({ path }) => path.startsWith('unet/diffusion'))).toBe(false)
})

it('is not fetched when the answer is not now, and can be paused', async () => {
  await choose()
  await button(/^Download \(about/).click()
  await button('Not now').click()
  await button(/^Download \(about/).waitFor()
  expect(hub.asked).toEqual([])
  // The first file never ends.
  hub.fault = ({ content }, response) => {
    response.writeHead(200, { 'Content-Length': String(content.length) }).flushHeaders()
    return true
  }
  await button(/^Download \(about/).click()
  await button(/^Download [\d.]+ [kM]B$/).click()
  await button('Pause').waitFor()
  expect(await violations(page)).toEqual([])
  await button('Pause').click()
  await button(/^Download \(about/).waitFor()
  // The request that never ends.
  await page.context().unrouteAll({ behavior: 'ignoreErrors' })
})
