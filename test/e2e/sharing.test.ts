import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { node, status } from './support/editor-page.ts'

let page: Page
eachPage(
  (opened) => {
    page = opened
  },
  { again: true },
)

const title = () => page.getByRole('textbox', { name: 'Graph title' })

it('a copied link opens the same graph beside the others; it runs nothing, and a reload does not open it again', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await node(page, 'Noise Init').getByLabel('Members', { exact: true }).fill('7')
  await title().fill('From a link')
  await title().press('Enter')
  await page.getByRole('button', { name: 'Copy link' }).click()
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  await expect.poll(copied).toContain('#g=')
  const link = await copied()
  await title().fill('Mine')
  await title().press('Enter')
  await page.evaluate((to) => void (location.hash = new URL(to).hash), link)
  await expect.poll(() => title().inputValue()).toBe('From a link')
  await expect.poll(() => status(page).textContent()).toBe('Opened From a link. Press Run to compute it.')
  expect(await node(page, 'Noise Init').getByLabel('Members', { exact: true }).inputValue()).toBe('7')
  expect(await page.getByRole('tab').allTextContents()).toEqual(['Mine', 'From a link'])
  expect(new URL(page.url()).hash).toBe('')
})

it('a damaged link is refused with a reason, and the graph stays', async () => {
  const before = await title().inputValue()
  await page.evaluate(() => void (location.hash = '#g=AAAAno'))
  await page.getByRole('alert').filter({ hasText: 'damaged' }).waitFor()
  expect(await title().inputValue()).toBe(before)
  expect(await page.getByRole('tab').count()).toBe(1)
})
