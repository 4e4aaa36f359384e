import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { addNode, drag, finished, node, socket, status } from './support/editor-page.ts'

let page: Page
eachPage(
  (opened) => {
    page = opened
    return finished(page)
  },
  { again: true },
)

const foot = (title: string, index = 0) => node(page, title).nth(index).locator('footer').textContent()

async function duplicate(title: string): Promise<void> {
  await node(page, title).getByRole('heading').click()
  await page.keyboard.press('Control+d')
  await expect.poll(() => node(page, title).count()).toBe(2)
}

it('noise of zeros runs what depends on it and nothing before', async () => {
  await node(page, 'Noise Init').getByRole('combobox', { name: 'Generator' }).selectOption('zeros')
  await expect.poll(() => foot('VAE Encode'), { timeout: 30_000 }).toMatch(/cached/)
  await expect.poll(() => foot('DDIM Denoise'), { timeout: 30_000 }).toMatch(/ s|ms/)
  await expect.poll(() => foot('VAE Decode'), { timeout: 30_000 }).toMatch(/ s|ms/)
  await finished(page)
})

it('a second Colorize beside the first shows its picture, and is the only node before the sinks that runs', async () => {
  await duplicate('Colorize')
  await node(page, 'Colorize').nth(1).getByRole('combobox', { name: 'Colours' }).selectOption('viridis')
  await expect.poll(() => foot('Colorize', 1), { timeout: 30_000 }).toMatch(/ms/)
  await expect.poll(() => node(page, 'Colorize').nth(1).getByRole('img').isVisible()).toBe(true)
  expect(await node(page, 'Colorize').nth(0).getByRole('img').isVisible()).toBe(true)
  for (const title of ['VAE Encode', 'DDIM Denoise', 'VAE Decode', 'Ensemble Align', 'Match Image Size'])
    expect(await foot(title), title).toMatch(/cached/)
  expect(await foot('Colorize', 0)).toMatch(/cached/)
})

it('a second DDIM Denoise with other steps shares the encoding and the noise', async () => {
  await duplicate('DDIM Denoise')
  const steps = node(page, 'DDIM Denoise').nth(1).getByLabel('Steps', { exact: true })
  await steps.fill('1')
  await steps.press('Tab')
  await expect.poll(() => foot('DDIM Denoise', 1), { timeout: 30_000 }).toMatch(/ms| s/)
  for (const title of ['VAE Encode', 'Noise Init', 'VAE Decode']) expect(await foot(title), title).toMatch(/cached/)
  expect(await foot('DDIM Denoise', 0)).toMatch(/cached/)
})

it('a second VAE Decode shows the depth after other steps beside the first', async () => {
  await duplicate('DDIM Denoise')
  const steps = node(page, 'DDIM Denoise').nth(1).getByLabel('Steps', { exact: true })
  await steps.fill('1')
  await steps.press('Tab')
  await addNode(page, 'VAE Decode')
  await page.getByRole('application', { name: 'Graph canvas' }).focus()
  await page.keyboard.press('Home')
  await drag(
    page,
    socket(page, 'DDIM Denoise', 'latent', 'output').nth(1),
    socket(page, 'VAE Decode', 'latent', 'input').nth(1),
  )
  await drag(
    page,
    socket(page, 'Load Checkpoint', 'checkpoint', 'output'),
    socket(page, 'VAE Decode', 'checkpoint', 'input').nth(1),
  )
  await expect.poll(() => node(page, 'VAE Decode').nth(1).getByRole('img').isVisible(), { timeout: 30_000 }).toBe(true)
  expect(await node(page, 'VAE Decode').nth(0).getByRole('img').isVisible()).toBe(true)
  for (const title of ['VAE Encode', 'Noise Init']) expect(await foot(title), title).toMatch(/cached/)
  expect(await foot('VAE Decode', 0)).toMatch(/cached/)
})

it('copies nodes to another page through the clipboard', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await node(page, 'Colorize').getByRole('heading').click()
  await page.keyboard.press('Control+c')
  await expect.poll(() => status(page).textContent()).toBe('Copied 1 node.')
  const other = await page.context().newPage()
  await other.goto(page.url())
  await node(other, 'Load Image').waitFor({ timeout: 60_000 })
  await other.getByRole('application', { name: 'Graph canvas' }).focus()
  await other.keyboard.press('Control+v')
  await expect.poll(() => node(other, 'Colorize').count()).toBe(2)
})

it('selects with a box, and resizes the viewer by keyboard and mouse', async () => {
  await page.keyboard.down('Shift')
  const [a, b] = [await node(page, 'Match Image Size').boundingBox(), await node(page, 'Colorize').boundingBox()]
  if (!a || !b) throw new Error('not on the screen')
  await page.mouse.move(a.x - 6, a.y - 6)
  await page.mouse.down()
  await page.mouse.move(b.x + 20, b.y + 20, { steps: 4 })
  await page.mouse.up()
  await page.keyboard.up('Shift')
  await expect.poll(() => page.getByRole('toolbar', { name: 'Selected nodes' }).textContent()).toContain('2 nodes')
  const splitter = page.getByRole('separator')
  expect(await splitter.getAttribute('aria-orientation')).toBe('vertical')
  const share = async () => Number(await splitter.getAttribute('aria-valuenow'))
  const before = await share()
  await splitter.press('ArrowLeft')
  await expect.poll(share).toBe(before + 2)
  const box = await splitter.boundingBox()
  if (!box) throw new Error('not on the screen')
  await page.mouse.move(box.x + 3, 400)
  await page.mouse.down()
  await page.mouse.move(box.x - 140, 400, { steps: 4 })
  await page.mouse.up()
  await expect.poll(share).toBeGreaterThan(before + 8)
})
