import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished, node, status } from './support/editor-page.ts'

let page: Page
eachPage((opened) => {
  page = opened
  return finished(page)
})

const pictures = (title: string) => node(page, title).first().getByRole('img').count()
const large = () => page.getByRole('region', { name: 'Viewer' }).getByRole('application').getByRole('img').count()

it('a graph with nodes of the same names shows only pictures of its own, and the other one has its back by its tab', async () => {
  // Worked on, so that it keeps its tab.
  const invert = node(page, 'Colorize').getByRole('switch', { name: 'Invert' })
  await invert.click()
  await finished(page)
  await page.getByRole('button', { name: 'Examples' }).click()
  await page.getByRole('menuitem', { name: /^Ensemble of five/ }).click()
  await expect.poll(() => status(page).textContent()).toMatch(/^Opened Ensemble of five/)
  // The same photo, at the same size: computed already. No depth is.
  await expect.poll(() => pictures('Fit to Resolution'), { timeout: 30_000 }).toBe(1)
  for (const title of ['DDIM Denoise', 'VAE Decode', 'Ensemble Align', 'Colorize', 'View'])
    expect([title, await pictures(title)]).toEqual([title, 0])
  expect(await large()).toBe(0)

  await page.getByRole('tab', { name: 'Depth from a photo' }).click()
  for (const title of ['Load Image', 'DDIM Denoise', 'VAE Decode', 'Ensemble Align', 'Colorize', 'View'])
    await expect.poll(() => pictures(title), { timeout: 30_000 }).toBe(1)
  await expect.poll(large, { timeout: 30_000 }).toBe(1)
})
