import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { closeBrowser, node, openEditor, status, type OpenPage } from './support/editor-page.ts'

const FOLDER = join(ROOT, 'test/fixtures/checkpoints/tiny-ddim-trailing')
let opened: OpenPage
let page: Page

beforeEach(async () => {
  opened = await openEditor()
  page = opened.page
  await finished()
})

afterEach(async () => {
  await opened.close()
  expect(opened.complaints).toEqual([])
})

afterAll(closeBrowser)

const finished = () => expect.poll(() => status(page).textContent(), { timeout: 120_000 }).toMatch(/^Finished in/)
const choice = () => node(page, 'Load Checkpoint').getByRole('combobox', { name: 'Checkpoint' })
const give = (path: string) => node(page, 'Load Checkpoint').locator('input[type=file]').setInputFiles(path)

it('runs a checkpoint folder of the person, names it in the graph, and asks for it on the next visit', async () => {
  await give(FOLDER)
  await expect.poll(() => choice().inputValue(), { timeout: 20_000 }).toBe('folder:tiny-ddim-trailing')
  await finished()
  await page.reload()
  const alert = page.getByRole('alert').filter({ hasText: 'tiny-ddim-trailing is not here' })
  await expect.poll(() => alert.first().isVisible(), { timeout: 30_000 }).toBe(true)
  await give(FOLDER)
  await expect.poll(() => alert.count(), { timeout: 20_000 }).toBe(0)
  await finished()
})

it('is taken by a drop on the page', async () => {
  const card = await node(page, 'Load Checkpoint').boundingBox()
  if (!card) throw new Error('not on the screen')
  const devtools = await page.context().newCDPSession(page)
  const data = { items: [], files: [FOLDER], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devtools.send('Input.dispatchDragEvent', { type, x: card.x + 40, y: card.y + 10, data })
  await expect.poll(() => choice().inputValue(), { timeout: 20_000 }).toBe('folder:tiny-ddim-trailing')
  await finished()
})

it('refuses a folder that is no checkpoint, names what is missing, and keeps the one before', async () => {
  await give(join(ROOT, 'examples'))
  await expect.poll(() => page.getByRole('alert').first().textContent()).toContain('unet/config.json')
  expect(await choice().inputValue()).toBe('marigold-nano')
})
