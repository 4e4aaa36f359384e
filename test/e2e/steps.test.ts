import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished, node } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

let page: Page
eachPage((opened) => (page = opened))

const viewer = () => page.getByRole('region', { name: 'Viewer' })
const picture = () => viewer().getByRole('application').getByRole('img')
const name = () => picture().getAttribute('aria-label')
const pixels = (): Promise<string> => picture().evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
const slider = () => viewer().getByRole('slider', { name: 'Step' })

it('the viewer is empty for no longer than the first step: then it shows what is being denoised, until the result is there', async () => {
  const seen = new Set<string>()
  const look = async () => {
    const [shown] = await viewer().getByRole('application').getByRole('img').all()
    seen.add((await shown?.getAttribute('aria-label', { timeout: 1000 }).catch(() => '')) ?? '')
    return [...seen].some((label) => label.startsWith('View: picture'))
  }
  await expect.poll(look, { timeout: 120_000, interval: 20 }).toBe(true)
  expect([...seen].join('; ')).toMatch(/DDIM Denoise: latent, step [123] of 4, 24 × 16/)
  await finished(page)
})

it('the steps of DDIM Denoise can be scrubbed by key, and the results of other nodes have none', async () => {
  await finished(page)
  expect(await slider().count()).toBe(0)
  await node(page, 'DDIM Denoise').getByRole('heading').click()
  await expect.poll(name).toBe('DDIM Denoise: latent, step 4 of 4, 24 × 16')
  const last = await pixels()
  const shown = new Set([last])
  for (const step of [3, 2, 1]) {
    await slider().press('ArrowLeft')
    await expect.poll(name).toBe(`DDIM Denoise: latent, step ${step} of 4, 24 × 16`)
    expect(await slider().getAttribute('aria-valuetext')).toBe(`step ${step} of 4`)
    shown.add(await pixels())
  }
  expect(shown.size).toBe(4)
  expect(await violations(page)).toEqual([])
  await slider().press('End')
  await expect.poll(pixels).toBe(last)
  // a step that is looked at does not run anything
  expect(await page.getByRole('status').textContent()).toContain('Finished')
  await node(page, 'VAE Decode').getByRole('heading').click()
  await expect.poll(name).toMatch(/^VAE Decode: depth map, \d/)
  expect(await slider().count()).toBe(0)
})

it('a cancelled member shows the last step it came to, marked as not finished', async () => {
  await finished(page)
  await node(page, 'DDIM Denoise').getByRole('heading').click()
  const steps = node(page, 'DDIM Denoise').getByRole('spinbutton', { name: 'Steps', exact: true })
  await steps.fill('40')
  await steps.press('Tab')
  await expect.poll(name, { timeout: 60_000, interval: 20 }).toMatch(/step \d+ of 40/)
  await viewer().getByText('not finished').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect.poll(() => page.getByRole('status').textContent(), { timeout: 30_000 }).toContain('Cancelled')
  await expect.poll(() => slider().isEnabled()).toBe(true)
  await viewer().getByText('not finished').waitFor()
  await slider().press('Home')
  await expect.poll(name).toMatch(/step 1 of 40/)
})
