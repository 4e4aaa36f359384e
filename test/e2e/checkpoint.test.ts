import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { eachPage } from './support/each-page.ts'
import { finished, node } from './support/editor-page.ts'

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
  const alert = page.getByRole('alert').filter({ hasText: 'tiny-ddim-trailing is not here' })
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

/** The browser's own folder picker, which nobody can press in a test, answers with a folder of the page's own storage. */
async function pickerGives(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const contents = await Promise.all(
    files.map(
      async (path) => [path.slice(folder.length + 1).split('/'), (await readFile(path)).toString('base64')] as const,
    ),
  )
  await page.evaluate(
    async ({ name, contents }) => {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true })
      for (const [path, base64] of contents) {
        let at = root
        for (const part of path.slice(0, -1)) at = await at.getDirectoryHandle(part, { create: true })
        const file = await at.getFileHandle(path.at(-1) ?? '', { create: true })
        const writable = await file.createWritable()
        await writable.write(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)))
        await writable.close()
      }
      Object.assign(window, { showDirectoryPicker: async () => root })
    },
    { name: basename(folder), contents },
  )
}

const openFolder = () =>
  node(page, 'Load Checkpoint').getByRole('button', { name: 'Open a checkpoint folder…' }).click()

it('is taken from the folder picker of the browser, and computes another depth than the one before', async () => {
  const depth = () =>
    page
      .getByRole('img', { name: /^View/ })
      .first()
      .evaluate((it) => (it as HTMLCanvasElement).toDataURL())
  const before = await depth()
  await pickerGives(FOLDER)
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
