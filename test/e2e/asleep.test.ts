import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { atRest, node, status } from './support/editor-page.ts'

let page: Page
eachPage((opened) => {
  page = opened
  return atRest(page)
})

const MEMBERS = 8
const foot = () => node(page, 'DDIM Denoise').locator('footer').innerText()
const members = () => node(page, 'Noise Init').getByLabel('Members', { exact: true })

/** From now on the page's clock is six hours later whenever the page had no time for four seconds. */
const clockGoesOn = () =>
  page.evaluate(() => {
    const [real, start] = [Date.now, performance.now()]
    let [last, offset] = [start, 0]
    Date.now = () => {
      const now = performance.now()
      if (now - last > 4_000) offset += 6 * 3_600_000
      last = now
      return real() + offset
    }
  })

/** Stops the page and its Workers by their processes, as a computer that sleeps does, and lets them go on. */
async function sleep(ms: number): Promise<void> {
  const session = await page.context().browser()?.newBrowserCDPSession()
  const info = await session?.send('SystemInfo.getProcessInfo')
  await session?.detach()
  const pages = info?.processInfo.filter(({ type }) => type === 'renderer') ?? []
  expect(pages.length).toBeGreaterThan(0)
  for (const { id } of pages) process.kill(id, 'SIGSTOP')
  try {
    await new Promise((resolve) => setTimeout(resolve, ms))
  } finally {
    for (const { id } of pages) process.kill(id, 'SIGCONT')
  }
}

// Windows has no signal that stops a process.
it.skipIf(process.platform === 'win32')(
  'a run during which the computer sleeps for hours goes on where it was, and no edit is lost',
  async () => {
    let restarted = 0
    page.on('worker', () => restarted++)
    await clockGoesOn()
    await members().fill(String(MEMBERS))
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await expect.poll(foot, { timeout: 60_000, interval: 20 }).toMatch(/member [2-4] of 8/)
    await page.getByRole('textbox', { name: 'Graph title' }).fill('Before sleep')
    await page.keyboard.press('Enter')
    const before = await page.evaluate(() => Date.now())
    await sleep(6_000)
    expect((await page.evaluate(() => Date.now())) - before).toBeGreaterThan(6 * 3_600_000)
    await expect.poll(() => status(page).textContent(), { timeout: 60_000 }).toMatch(/^Finished in /)
    // The first member is that of the welcome graph; none was computed twice.
    expect(await foot()).toMatch(/, 1 of 8 cached$/)
    expect(restarted).toBe(0)
    expect(await page.getByRole('alert').count()).toBe(0)

    await page.reload()
    await expect.poll(() => members().inputValue(), { timeout: 60_000 }).toBe(String(MEMBERS))
    expect(await page.getByRole('textbox', { name: 'Graph title' }).inputValue()).toBe('Before sleep')
    await expect.poll(foot, { timeout: 60_000 }).toBe('cached')
  },
)
