import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { sparseCheckpoint } from '../support/sparse-checkpoint.ts'
import { eachPage } from './support/each-page.ts'
import { finished, node } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

let page: Page
eachPage((opened) => {
  page = opened
  return finished(page)
})

const card = () => node(page, 'Load Checkpoint')
const resolution = () => node(page, 'Fit to Resolution').getByRole('spinbutton', { name: 'Resolution' })

/** In the popup of what computes. */
async function limit(to: string): Promise<string> {
  await page.getByRole('button', { name: /^WebAssembly/ }).click()
  const choice = page.getByRole('dialog').getByRole('combobox', { name: 'Memory for models' })
  const before = await choice.evaluate((select) => (select as HTMLSelectElement).selectedOptions[0]?.label ?? '')
  await choice.selectOption({ label: to })
  expect(await violations(page)).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
  return before
}

it('what a checkpoint takes stands in Load Checkpoint; a limit refuses what takes more, with what fits, until it is lifted', async () => {
  await card()
    .getByText(/^≈ [\d.]+ MB of memory at 192 px$/)
    .waitFor()
  await page.getByRole('switch', { name: 'Live' }).uncheck()
  expect(await limit('0.5 GB')).toBe('auto')
  await resolution().fill('1200')
  const tooMuch = card().getByText(
    /^Too much: The VAE decoder needs about 5\d\d MB at 1200 × 1200 px; models may take 500 MB here\. Use at most \d+ × \d+ px/,
  )
  await tooMuch.waitFor({ timeout: 60_000 })
  expect(await limit('auto')).toBe('0.5 GB')
  await tooMuch.waitFor({ state: 'detached', timeout: 60_000 })
  await limit('0.5 GB')
  await tooMuch.waitFor({ timeout: 60_000 })
  // Where it would be loaded, too, before anything is computed; by what the picture needs, which is no square.
  await resolution().fill('2400')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const refused = node(page, 'VAE Encode').getByRole('alert')
  await refused
    .getByText(/The VAE encoder needs about \d\.\d+ GB at \d+ × \d+ px; models may take 500 MB here/)
    .waitFor({ timeout: 60_000 })
  expect(await refused.innerText()).toMatch(/Use at most \d+ × \d+ px/)
  expect(await violations(page)).toEqual([])
  // Kept in this browser.
  await page.reload()
  await card()
    .getByText(/^Too much/)
    .waitFor({ timeout: 60_000 })
  expect(await limit('auto')).toBe('0.5 GB')
})

it('a checkpoint of released size that cannot run here is said to be too large before a byte of its weights is read', async () => {
  await page.getByRole('switch', { name: 'Live' }).uncheck()
  const folder = await mkdtemp(join(tmpdir(), 'marigold-'))
  try {
    await card()
      .locator('input[type=file]')
      .setInputFiles(await sparseCheckpoint(join(folder, 'large'), 'F16'))
    await card()
      .getByText(
        'Too much: The weights of the U-Net need 3.26 GB; one model may have 1.61 GB of them here. Use a graphics card',
      )
      .waitFor({ timeout: 60_000 })
  } finally {
    await rm(folder, { recursive: true })
  }
})
