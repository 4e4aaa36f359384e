import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { addNode, finished, node, status } from './support/editor-page.ts'

let page: Page
eachPage((opened) => {
  page = opened
  return finished(page)
})

const PARTS = ['Load Checkpoint', 'Fit to Resolution', 'VAE Encode', 'Noise Init', 'DDIM Denoise', 'VAE Decode']
const foot = (title: string) => node(page, title).locator('footer').textContent()
const picture = (title: string) => node(page, title).getByRole('img')

/** Deletes all parts of the graph of the first start but the photo and what shows the depth, and puts the one node between. */
async function withOneNode(): Promise<void> {
  for (const title of [...PARTS, 'Ensemble Align', 'Match Image Size']) {
    await node(page, title).getByRole('heading').click()
    await page.keyboard.press('Control+Delete')
    await expect.poll(() => node(page, title).count()).toBe(0)
  }
  await addNode(page, 'Marigold')
  await node(page, 'Marigold').waitFor()
  await connect('Load Image', 'image', 'Marigold', 'image')
  await connect('Marigold', 'depth', 'Colorize', 'value')
  await expect.poll(() => foot('Marigold'), { timeout: 60_000 }).toMatch(/cached| ms| s$/)
}

/** By keyboard: Enter takes a socket, Enter on another connects. */
async function connect(from: string, output: string, to: string, input: string): Promise<void> {
  await node(page, from)
    .getByRole('button', { name: new RegExp(`^${output}, output`) })
    .press('Enter')
  await node(page, to)
    .getByRole('button', { name: new RegExp(`^${input}, input`) })
    .press('Enter')
}

it('Marigold as one node is added, wired, and run; opened into its parts it computes nothing anew, and undo closes it', async () => {
  await withOneNode()
  await picture('Marigold').waitFor()
  for (const name of ['Checkpoint', 'Steps', 'Ensemble', 'Seed', 'Resolution', 'Spacing'])
    expect(await node(page, 'Marigold').getByLabel(name).count(), name).toBeGreaterThan(0)
  const members = node(page, 'Marigold').getByLabel('Ensemble', { exact: true })
  await members.fill('2')
  await members.press('Tab')
  await expect.poll(() => foot('Marigold'), { timeout: 60_000 }).toMatch(/ ms| s/)
  await finished(page)

  await node(page, 'Marigold').getByRole('heading').dblclick()
  await expect.poll(() => node(page, 'Marigold').count()).toBe(0)
  await expect.poll(() => status(page).textContent(), { timeout: 60_000 }).toMatch(/Opened|Finished/)
  for (const title of PARTS.slice(1)) await expect.poll(() => foot(title), { timeout: 30_000 }).toMatch(/cached/)
  expect(await node(page, 'Noise Init').getByLabel('Members', { exact: true }).inputValue()).toBe('2')

  await page.keyboard.press('Control+z')
  await node(page, 'Marigold').waitFor()
  expect(await node(page, 'VAE Encode').count()).toBe(0)
  expect(await node(page, 'Marigold').getByLabel('Ensemble', { exact: true }).inputValue()).toBe('2')
  await picture('Marigold').waitFor()
})

it('a saved graph keeps the one node, with what it is made of, and opens as such', async () => {
  await page.getByRole('button', { name: 'Examples' }).click()
  await page.getByRole('dialog', { name: 'Examples' }).getByText('Marigold as one node').click()
  await node(page, 'Marigold').waitFor()
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Control+s')])
  const text = await readFile(await download.path(), 'utf8')
  expect(JSON.parse(text)).toMatchObject({ schema: 3, groups: [{ id: 'marigold', title: 'Marigold' }] })
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  await expect.poll(() => node(page, 'Marigold').count()).toBe(0)
  await page
    .getByLabel('Open', { exact: true })
    .first()
    .setInputFiles({
      name: 'one.json',
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    })
  await node(page, 'Marigold').waitFor()
  await node(page, 'Marigold').getByRole('heading').click()
  await page.keyboard.press('F1')
  await page.getByRole('dialog', { name: 'Marigold' }).getByText('Open it to see and change every step').waitFor()
})

it('selected nodes become one by key and stay as computed; what cannot be one is said', async () => {
  await node(page, 'View').getByRole('heading').click()
  await page.keyboard.press('Control+g')
  await expect.poll(() => status(page).textContent()).toMatch(/^"View" shows or writes a result\. Leave it outside/)
  await node(page, 'Match Image Size').getByRole('heading').click()
  await node(page, 'Ensemble Align')
    .getByRole('heading')
    .click({ modifiers: ['Shift'] })
  await page.keyboard.press('Control+g')
  await node(page, 'Group').waitFor()
  await expect.poll(() => foot('Group'), { timeout: 30_000 }).toMatch(/cached/)
  expect(await node(page, 'Match Image Size').count()).toBe(0)
  await page.keyboard.press('Control+Shift+g')
  await node(page, 'Match Image Size').waitFor()
  await expect.poll(() => foot('Match Image Size'), { timeout: 30_000 }).toMatch(/cached/)
})
