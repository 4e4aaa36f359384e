import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { COMMIT, status as answerWith, type FaultHub } from '../weights/hub/support/fault-hub.ts'
import { eachPage } from './support/each-page.ts'
import { finished, node } from './support/editor-page.ts'
import { answerAsHub, hubOf } from './support/hub-of-folder.ts'
import { violations } from './support/violations.ts'

const FOLDER = join(ROOT, 'test/fixtures/checkpoints/tiny-ddim-trailing')
const REPOSITORY = 'prs-eth/marigold-depth-v1-1'
const DAMAGED = 'vae/diffusion_pytorch_model.safetensors'

let hub: FaultHub
let page: Page
let requests: readonly string[]
beforeEach(async () => {
  hub = await hubOf(FOLDER, REPOSITORY)
})
afterEach(() => hub.close())

eachPage(async (opened) => {
  page = opened
  requests = await answerAsHub(page, () => hub)
  await finished(page)
})

const card = () => node(page, 'Load Checkpoint')
const button = (name: RegExp | string) => card().getByRole('button', { name })
const list = () => card().getByRole('combobox', { name: 'Checkpoint' })
const choose = () => list().selectOption({ label: 'Marigold Depth v1.1, 1.90 GB' })
const chosen = () => list().locator('option:checked').textContent()

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
  expect(await chosen()).toBe('Marigold Depth v1.1')
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
  expect(await chosen()).toBe('Marigold Depth v1.1, downloading')
  expect(await violations(page)).toEqual([])
  await button('Pause').click()
  await button(/^Download \(about/).waitFor()
  // The request that never ends.
  await page.context().unrouteAll({ behavior: 'ignoreErrors' })
})

it('a download is verified; what was damaged is named, no longer used, and fetched again alone', async () => {
  await choose()
  await button(/^Download \(about/).click()
  await button(/^Download [\d.]+ [kM]B$/).click()
  await button('Verify').click({ timeout: 30_000 })
  await card().getByText('Verified: every file is as published.').waitFor()

  await page.evaluate(
    async (path) => {
      let folder = await navigator.storage.getDirectory()
      const parts = path.split('/')
      for (const part of parts.slice(0, -1)) folder = await folder.getDirectoryHandle(part)
      const file = await folder.getFileHandle(parts.at(-1) ?? '')
      const writable = await file.createWritable({ keepExistingData: true })
      await writable.write({ type: 'write', position: (await file.getFile()).size - 1, data: new Uint8Array([7]) })
      await writable.close()
    },
    `checkpoints/${REPOSITORY.replace('/', '--')}/${COMMIT}/${DAMAGED}`,
  )
  await button('Verify').click()
  await card()
    .getByRole('alert')
    .filter({ hasText: `One file was damaged and deleted: ${DAMAGED}.` })
    .waitFor()
  expect(await violations(page)).toEqual([])
  const before = hub.asked.length
  await button('Fetch again…').click()
  await button(/^Download [\d.]+ [kM]B$/).click()
  await button('Verify').waitFor({ timeout: 30_000 })
  await finished(page)
  expect(hub.asked.slice(before).map(({ path }) => path)).toEqual([DAMAGED])
})
