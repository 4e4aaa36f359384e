import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { COMMIT, status as answerWith, type FaultHub } from '../weights/hub/support/fault-hub.ts'
import { eachPage } from './support/each-page.ts'
import { addNode, drag, finished, node, socket } from './support/editor-page.ts'
import { answerAsHub, hubOf } from './support/hub-of-folder.ts'
import { pixelsOf } from './support/pixels.ts'
import { violations } from './support/violations.ts'

const FIXTURES = join(ROOT, 'test/fixtures/checkpoints')
const REPOSITORY = 'someone/marigold-tiny'

let hub: FaultHub
let page: Page
let requests: readonly string[]
beforeEach(async () => {
  hub = await hubOf(join(FIXTURES, 'tiny-ddim-trailing'), REPOSITORY)
})
afterEach(() => hub.close())

eachPage(async (opened) => {
  page = opened
  requests = await answerAsHub(page, () => hub)
  await finished(page)
})

const card = () => node(page, 'Load Checkpoint').first()
const button = (name: RegExp | string) => card().getByRole('button', { name })
const list = () => card().getByRole('combobox', { name: 'Checkpoint' })
const field = () => card().getByRole('textbox', { name: 'Repository' })

async function type(name: string): Promise<void> {
  await list().selectOption({ label: 'Another repository of the Hub…' })
  await field().fill(name)
  await button('Look it up').click()
}

it('a repository that is typed is shown with its bytes, licence and host, downloaded, run, and there after a reload', async () => {
  await list().selectOption({ label: 'Another repository of the Hub…' })
  expect(await field().evaluate((it) => it === document.activeElement)).toBe(true)
  await field().fill(` ${REPOSITORY}`)
  expect(await violations(page)).toEqual([])
  expect(requests).toEqual([])
  await field().press('Enter')
  await card()
    .getByText(/files, [\d.]+ [kM]B, from huggingface\.co\. Licence: mit\./)
    .waitFor()
  expect(await list().inputValue()).toBe(REPOSITORY)
  expect(hub.asked).toEqual([])
  await button(/^Download [\d.]+ [kM]B$/).click()
  await button(/^Delete it/).waitFor({ timeout: 30_000 })
  await finished(page)
  expect(await page.getByRole('alert').count()).toBe(0)

  const before = requests.length
  await page.reload()
  await finished(page)
  await button(/^Delete it/).waitFor()
  // Chosen again from what is kept, it needs no asking.
  await list().selectOption({ label: 'Marigold Nano' })
  await list().selectOption({ label: REPOSITORY })
  await button('Verify').waitFor()
  expect(requests).toHaveLength(before)
  await button(/^Delete it/).click()
  await button('Download…').waitFor()
})

it('of a revision the graph names the commit, and the list shows its first digits', async () => {
  await type(`${REPOSITORY}@v1`)
  await button(/^Download [\d.]+ [kM]B$/).waitFor()
  expect(await list().inputValue()).toBe(`${REPOSITORY}@${COMMIT}`)
  expect(await list().locator('option:checked').innerText()).toBe(`${REPOSITORY} @ ${COMMIT.slice(0, 7)}`)
  await button(/^Download [\d.]+ [kM]B$/).click()
  await button('Verify').waitFor({ timeout: 30_000 })
  await finished(page)
})

const REFUSED = [
  ['marigold', undefined, /no repository of the Hub\. Type owner\/name/],
  ['someone/else', undefined, /has no repository someone\/else\. Check the spelling/],
  [REPOSITORY, 401, /shows someone\/marigold-tiny to nobody without an account.*open the folder/],
  [REPOSITORY, ['model.gguf', 'config.json'], /no checkpoint in the diffusers layout/],
  [REPOSITORY, ['model_index.json', 'unet/x.bin'], /no safetensors weights for its unet.*pickle/],
] as const

it('no name, one that is not there or is gated, other layouts and pickles are refused with what to do; the checkpoint stays', async () => {
  for (const [name, answer, says] of REFUSED) {
    hub.listing = ({ url = '' }, response) => {
      if (answer === 401) return answerWith(401, {}, response)
      if (answer === undefined || !url.includes('/tree/')) return false
      response.end(JSON.stringify(answer.map((path) => ({ type: 'file', path, size: 1, oid: COMMIT }))))
      return true
    }
    await type(name)
    await card().getByRole('alert').filter({ hasText: says }).waitFor()
    await field().press('Escape')
    expect(await field().count()).toBe(0)
    expect(await list().inputValue()).toBe('marigold-nano')
  }
  expect(hub.asked).toEqual([])
})

it('TAESD decodes in place of the checkpoint’s own VAE, from a second Load Checkpoint', async () => {
  await hub.close()
  hub = await hubOf(join(FIXTURES, 'tiny-ddim-leading/vae'), 'madebyollin/taesd')
  await addNode(page, 'Load Checkpoint')
  const second = node(page, 'Load Checkpoint').nth(1)
  await second.getByRole('combobox', { name: 'Checkpoint' }).selectOption({ label: 'TAESD (VAE), 9.80 MB' })
  await second.getByRole('button', { name: /^Download \(about 9\.80 MB\)/ }).click()
  await second.getByRole('button', { name: /^Download [\d.]+ [kM]B$/ }).click()
  await second.getByRole('button', { name: 'Verify' }).waitFor({ timeout: 30_000 })
  const depth = () => pixelsOf(page.getByRole('img', { name: /^View/ }).first())
  const before = await depth()
  await drag(
    page,
    second.getByRole('button', { name: /^checkpoint, output/ }),
    socket(page, 'VAE Decode', 'checkpoint', 'input'),
  )
  await expect.poll(depth, { timeout: 60_000 }).not.toBe(before)
  await finished(page)
  expect(await page.getByRole('alert').count()).toBe(0)
})
