import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { eachPage } from './support/each-page.ts'
import { finished, node } from './support/editor-page.ts'
import { pickerGives } from './support/folder-picker.ts'
import { pixelsOf } from './support/pixels.ts'
import { violations } from './support/violations.ts'

const FOLDER = join(ROOT, 'test/fixtures/checkpoints/tiny-ddim-trailing')
let page: Page
eachPage((opened) => {
  page = opened
  return finished(page)
})

const choice = () => node(page, 'Load Checkpoint').getByRole('combobox', { name: 'Checkpoint' })
const give = (path: string) => node(page, 'Load Checkpoint').locator('input[type=file]').setInputFiles(path)

it('runs a checkpoint folder of the person, names it in the graph, and asks for it on the next visit', async () => {
  await give(FOLDER)
  await expect.poll(() => choice().inputValue(), { timeout: 20_000 }).toBe('folder:tiny-ddim-trailing')
  await finished(page)
  await page.reload()
  const alert = page.getByRole('alert').filter({ hasText: '“tiny-ddim-trailing” is not here' })
  await expect.poll(() => alert.first().isVisible(), { timeout: 30_000 }).toBe(true)
  await give(FOLDER)
  await expect.poll(() => alert.count(), { timeout: 20_000 }).toBe(0)
  await finished(page)
})

it('is taken by a drop on the page', async () => {
  const card = await node(page, 'Load Checkpoint').boundingBox()
  if (!card) throw new Error('not on the screen')
  const devtools = await page.context().newCDPSession(page)
  const data = { items: [], files: [FOLDER], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devtools.send('Input.dispatchDragEvent', { type, x: card.x + 40, y: card.y + 10, data })
  await expect.poll(() => choice().inputValue(), { timeout: 20_000 }).toBe('folder:tiny-ddim-trailing')
  await finished(page)
})

const openFolder = () =>
  node(page, 'Load Checkpoint').getByRole('button', { name: 'Open a checkpoint folder…' }).click()

it('is taken from the folder picker of the browser, and computes another depth than the one before', async () => {
  const depth = () => pixelsOf(page.getByRole('img', { name: /^View/ }).first())
  const before = await depth()
  await pickerGives(page, FOLDER)
  await openFolder()
  await expect.poll(() => choice().inputValue(), { timeout: 20_000 }).toBe('folder:tiny-ddim-trailing')
  await expect
    .poll(() => node(page, 'VAE Encode').locator('footer').innerText(), { timeout: 60_000 })
    .toMatch(/ s$| ms$/)
  await finished(page)
  await expect.poll(depth).not.toBe(before)
  expect(await page.getByRole('alert').count()).toBe(0)
})

it.each([
  ['that is closed without a choice says nothing', 'AbortError', []],
  ['that the browser forbids says why', 'SecurityError', ['No folders today.']],
])('a folder picker %s, and the checkpoint stays', async (_, name, alerts) => {
  await page.evaluate((name) => {
    const refuse = () => Promise.reject(new DOMException('No folders today.', name))
    Object.assign(window, { showDirectoryPicker: refuse })
  }, name)
  await openFolder()
  await page.waitForTimeout(300)
  expect(await page.getByRole('alert').allInnerTexts()).toEqual(alerts)
  expect(await choice().inputValue()).toBe('marigold-nano')
})

it('refuses a folder that is no checkpoint, names what is missing, and keeps the one before', async () => {
  await give(join(ROOT, 'examples'))
  await expect.poll(() => page.getByRole('alert').first().textContent()).toContain('unet/config.json')
  expect(await choice().inputValue()).toBe('marigold-nano')
})

it('keeps a copy of a folder, which is there after a reload without the folder, until it is deleted', async () => {
  await give(FOLDER)
  await finished(page)
  const card = node(page, 'Load Checkpoint')
  await card.getByRole('button', { name: /^Keep a copy \([\d.]+ [kM]B\)$/ }).click()
  await card.getByText('A copy is kept in this browser, also after a reload.').waitFor()
  await page.reload()
  await finished(page)
  expect(await page.getByRole('alert').count()).toBe(0)
  // Another checkpoint and back: it is in the list.
  await choice().selectOption({ label: 'Marigold Nano' })
  await choice().selectOption({ label: 'tiny-ddim-trailing' })
  await finished(page)
  expect(await violations(page)).toEqual([])
  await card.getByRole('button', { name: /^Delete the copy/ }).click()
  await expect.poll(() => card.getByRole('button', { name: /^Delete the copy/ }).count()).toBe(0)
  await page.reload()
  await page
    .getByRole('alert')
    .filter({ hasText: '“tiny-ddim-trailing” is not here' })
    .first()
    .waitFor({ timeout: 60_000 })
})
