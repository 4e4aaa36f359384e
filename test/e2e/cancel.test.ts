import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished, node, status } from './support/editor-page.ts'

let page: Page
eachPage((opened) => {
  page = opened
  return finished(page)
})

const MEMBERS = 6
const foot = () => node(page, 'DDIM Denoise').locator('footer').innerText()
const missing = async () => Number(/will run (\d+) of 6 members/.exec(await foot())?.[1])

it('Cancel keeps the members that are finished; the next run computes the others', async () => {
  await page.getByRole('switch', { name: 'Live' }).uncheck()
  await node(page, 'Noise Init').getByLabel('Members', { exact: true }).fill(String(MEMBERS))
  // the first member is that of the welcome graph
  await expect.poll(missing).toBe(MEMBERS - 1)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect.poll(foot, { timeout: 60_000, interval: 20 }).toMatch(/member [3-5] of 6/)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect.poll(() => status(page).textContent(), { timeout: 30_000 }).toBe('Cancelled. Finished parts are kept.')
  await expect.poll(missing).toBeLessThan(MEMBERS - 1)
  const left = await missing()
  expect(left).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await finished(page)
  expect(await foot()).toMatch(new RegExp(`, ${MEMBERS - left} of ${MEMBERS} cached`))
  expect(await node(page, 'VAE Encode').locator('footer').innerText()).toBe('cached')
})
