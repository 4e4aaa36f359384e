import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

let page: Page
eachPage(
  (opened) => {
    page = opened
    return finished(page)
  },
  { again: true },
)

const outline = () => page.getByRole('navigation', { name: 'Outline of the graph' })
const focused = () =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '')

it('the graph can be read as text in the order in which it is computed, and a node found in it gets the focus', async () => {
  const rows = outline().getByRole('button')
  await expect.poll(() => rows.count()).toBe(13)
  const read = async () => (await rows.allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim())
  await expect
    .poll(async () => (await read()).find((text) => text.startsWith('DDIM Denoise')))
    .toMatch(/^DDIM Denoise: .*image from VAE Encode.*; goes to VAE Decode\. (cached|[\d.]+ m?s)$/)
  const clean = await read()
  expect(clean.filter((text) => /^Export [12]: /.test(text))).toHaveLength(2)

  // One stop for Tab, whatever the graph has; seen while the focus is there.
  await rows.first().focus()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('End')
  await page.keyboard.press('ArrowUp')
  await expect.poll(focused).toContain((await rows.nth(11).textContent())?.trim() ?? '')
  await page.keyboard.press('Home')
  const first = (await rows.first().textContent())?.trim().split(':')[0] ?? ''
  await page.keyboard.press('Enter')
  await expect.poll(focused).toBe(first)

  // It tells of edits: the node is gone from it.
  await page.keyboard.press('Delete')
  await expect.poll(() => rows.count()).toBe(12)
})

it('axe finds nothing in high contrast, dark or light, and in forced colours', async () => {
  await page.emulateMedia({ contrast: 'more' })
  const text = () =>
    page.getByRole('heading', { name: 'VAE Encode' }).evaluate((heading) => getComputedStyle(heading).color)
  expect(await text()).toBe('rgb(255, 255, 255)')
  expect(await violations(page), 'dark').toEqual([])
  await page.getByRole('button', { name: 'Light colours' }).click()
  expect(await text()).toBe('rgb(0, 0, 0)')
  expect(await violations(page), 'light').toEqual([])
  await page.emulateMedia({ contrast: 'no-preference', forcedColors: 'active' })
  expect(await violations(page), 'forced').toEqual([])
  const shape = page.locator('.socket .front').first()
  const [stroke, system] = await shape.evaluate((path) => {
    const probe = document.body.appendChild(document.createElement('span'))
    probe.style.color = 'CanvasText'
    return [getComputedStyle(path).stroke, getComputedStyle(probe).color]
  })
  expect(stroke).toBe(system)
})
