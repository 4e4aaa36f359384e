import type { Page, Worker } from 'playwright-core'
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

it('an engine that spins is replaced 5 s after Cancel; meanwhile the page answers, and finished results stay', async () => {
  const isEngine = (worker: Worker) => worker.url().includes('engine.worker')
  const worker = page.workers().find(isEngine)
  const closed = worker?.waitForEvent('close', { timeout: 40_000 })
  const started = page.waitForEvent('worker', { predicate: isEngine, timeout: 30_000 })
  await worker?.evaluate(() => {
    setTimeout(() => {
      for (;;);
    })
  })
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const cancelled = Date.now()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Examples' }).click()
  await page.getByRole('menu', { name: 'Examples' }).waitFor({ timeout: 4_500 })
  await page.keyboard.press('Escape')
  await started
  expect(Date.now() - cancelled).toBeGreaterThan(4_000)
  expect(Date.now() - cancelled).toBeLessThan(15_000)
  // Nothing spins on.
  await closed
  // The new one finds what was dear where it is kept.
  await expect.poll(foot, { timeout: 60_000 }).toBe('cached')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await finished(page)
  expect(await foot()).toBe('cached')
})
