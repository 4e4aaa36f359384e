import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { addNode, finished, node, status } from './support/editor-page.ts'

let page: Page
eachPage((opened) => {
  page = opened
  return finished(page)
})

const run = () => page.getByRole('button', { name: 'Run', exact: true }).click()
const alert = () => page.getByRole('alert')

async function clear(): Promise<void> {
  await page.getByRole('application', { name: 'Graph canvas' }).focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  await expect.poll(() => page.locator('[data-node]').count()).toBe(0)
}

it('of an empty graph says what to do', async () => {
  await clear()
  await run()
  expect(await status(page).textContent()).toBe('There is nothing to run: add a node first.')
  expect(await page.getByText('This graph is empty').isVisible()).toBe(true)
})

it.each([
  ['VAE Decode', 'VAE Decode: Nothing is connected to the input "latent".'],
  ['Load Image', 'Load Image: No picture is chosen.'],
])('of a lone %s says what it lacks, until it has it or is gone', async (title, says) => {
  await clear()
  await addNode(page, title)
  await run()
  await expect.poll(() => alert().allInnerTexts()).toEqual([expect.stringContaining(says)])
  await alert().getByRole('button', { name: 'Show node' }).click()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => alert().count()).toBe(0)
})

it('of a lone Load Image with a picture shows the picture', async () => {
  await clear()
  await addNode(page, 'Load Image')
  await node(page, 'Load Image').getByRole('combobox', { name: 'Picture' }).selectOption('cat.jpg')
  await run()
  const viewer = page.getByRole('region', { name: 'Viewer' }).getByRole('img')
  await expect.poll(() => viewer.getAttribute('aria-label')).toBe('Load Image: picture, 451 × 300')
})

it('with a View that nothing is connected to computes the rest and says what the View lacks', async () => {
  await addNode(page, 'View')
  await node(page, 'Colorize').getByRole('combobox', { name: 'Colours' }).selectOption('magma')
  await run()
  await expect.poll(() => status(page).textContent()).toMatch(/^Finished in .* 1 node could not run\.$/)
  expect(await alert().allInnerTexts()).toEqual([
    expect.stringContaining('View: Nothing is connected to the input "value".'),
  ])
  expect(await node(page, 'Colorize').locator('footer').innerText()).toMatch(/ms$|cached$/)
})

it('what was deleted comes back by undo with its pictures, without a run', async () => {
  const pictures = () => page.locator('[data-node]').getByRole('img').count()
  await expect.poll(pictures).toBe(12)
  await page.getByRole('switch', { name: 'Live' }).uncheck()
  await clear()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(pictures).toBe(12)
  const viewer = page.getByRole('region', { name: 'Viewer' }).getByRole('img')
  await expect.poll(() => viewer.getAttribute('aria-label')).toMatch(/^View: picture/)
  expect(await status(page).textContent()).toBe('Undone.')
})

it('after a reload computes nothing that was dear: members, latents and depth are kept', async () => {
  const foot = (title: string) => node(page, title).locator('footer').innerText()
  await node(page, 'Noise Init').getByLabel('Members', { exact: true }).fill('3')
  await expect.poll(() => foot('DDIM Denoise'), { timeout: 60_000 }).toMatch(/, 1 of 3 cached$/)
  await finished(page)
  await page.reload()
  await finished(page)
  for (const title of ['VAE Encode', 'DDIM Denoise', 'VAE Decode']) expect(await foot(title)).toBe('cached')
  await page.getByRole('switch', { name: 'Live' }).uncheck()
  await node(page, 'Noise Init').getByLabel('Members', { exact: true }).fill('4')
  await expect.poll(() => foot('DDIM Denoise')).toBe('will run 1 of 4 members')
})
