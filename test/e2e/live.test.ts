import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished, node, status } from './support/editor-page.ts'

let page: Page
eachPage((opened) => {
  page = opened
  return finished(page)
})

const viewer = () => page.getByRole('region', { name: 'Viewer' })
const large = () => viewer().getByRole('application').getByRole('img')
const pixels = (): Promise<string> => large().evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
const number = (title: string, name: string) => node(page, title).getByRole('spinbutton', { name, exact: true })

/** As while a knob is turned: each value for a moment. */
async function turn(field: Locator, values: readonly number[]): Promise<void> {
  for (const value of values) {
    await field.fill(String(value))
    await field.press('Enter')
  }
}

it('a knob of a node that takes no time is followed at once, and what is shown in the end is of its last value', async () => {
  const before = await pixels()
  const min = number('Colorize', 'Min')
  await min.fill('0.5')
  await min.press('Enter')
  await expect.poll(pixels).not.toBe(before)
  const half = await pixels()
  await turn(min, [0.1, 0.2, 0.3, 0.4, 0.45, 0.35, 0.25, 0.5])
  await expect.poll(pixels).toBe(half)
  await finished(page)
  // Nothing was queued that comes after it.
  await page.waitForTimeout(500)
  expect(await pixels()).toBe(half)
  expect(await node(page, 'DDIM Denoise').locator('footer').textContent()).not.toContain('will run')
})

it('while a dear part runs the old picture stays, marked; another edit takes its place and the last one wins', async () => {
  const before = await pixels()
  const steps = number('DDIM Denoise', 'Steps')
  await turn(steps, [200])
  await viewer().getByText('out of date').waitFor()
  expect(await pixels()).toBe(before)
  await expect
    .poll(() => node(page, 'DDIM Denoise').locator('footer').textContent(), { timeout: 30_000 })
    .toMatch(/of 200/)
  await turn(steps, [150, 3])
  await expect.poll(() => status(page).textContent(), { timeout: 60_000 }).toMatch(/^Finished/)
  await expect.poll(() => node(page, 'DDIM Denoise').locator('footer').textContent()).not.toMatch(/step|will run/)
  await viewer().getByText('out of date').waitFor({ state: 'hidden' })
  expect(await pixels()).not.toBe(before)
  await node(page, 'DDIM Denoise').getByRole('heading').click()
  await expect.poll(() => large().getAttribute('aria-label')).toContain('step 3 of 3')
})
