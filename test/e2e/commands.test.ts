import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { ACTIONS } from '../../src/editor/actions.ts'
import { eachPage } from './support/each-page.ts'
import { node, status } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

let page: Page
eachPage((opened) => (page = opened), { again: true })

const dialog = () => page.getByRole('dialog', { name: 'Commands' })
const field = () => dialog().getByRole('combobox', { name: 'Search commands, nodes and examples' })
const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '')

it('every command is found with its key, and one that cannot be done now says why', async () => {
  await page.getByRole('button', { name: 'Commands' }).click()
  await dialog().waitFor()
  expect(await violations(page)).toEqual([])
  for (const { name } of ACTIONS.filter(({ name }) => name !== 'Commands'))
    expect(await dialog().getByRole('option', { name }).first().isVisible(), name).toBe(true)
  const bypass = dialog().getByRole('option', { name: /^Bypass, or use again/ })
  expect(await bypass.textContent()).toContain('B, M')
  expect(await bypass.getAttribute('aria-disabled')).toBe('true')
  expect(await bypass.textContent()).toContain('Select nodes first.')
  await field().fill('bypss')
  await field().press('Enter')
  await dialog().waitFor()
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'hidden' })
})

it('by keys alone it does what was found, goes to a node, and opens an example', async () => {
  await page.keyboard.press('Control+k')
  await field().fill('select al')
  await field().press('Enter')
  await page.getByRole('toolbar', { name: 'Selected nodes' }).getByText('13 nodes').waitFor()

  await page.keyboard.press('Control+k')
  await field().fill('ddim')
  await field().press('Enter')
  await expect.poll(focused).toBe('DDIM Denoise')
  await page.getByRole('toolbar', { name: 'Selected nodes' }).getByText('1 node').waitFor()

  await page.keyboard.press('Control+k')
  await field().fill('collapse')
  await field().press('Enter')
  await node(page, 'DDIM Denoise').getByRole('button', { name: 'Expand' }).waitFor()

  await page.keyboard.press('Control+k')
  await field().fill('open example two')
  await field().press('Enter')
  // The Worker reads it after what it computes just now.
  await expect.poll(() => status(page).textContent(), { timeout: 30_000 }).toMatch(/^Opened /)
})
