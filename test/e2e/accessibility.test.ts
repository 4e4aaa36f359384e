import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished, node, socket, status } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

let page: Page
eachPage(
  (opened) => {
    page = opened
    return finished(page)
  },
  { again: true },
)

describe('axe finds nothing', () => {
  it.each(['dark', 'light'])('on the page, with each dialog and menu open, in %s colours', async (colours) => {
    if (colours === 'light') await page.getByRole('button', { name: 'Light colours' }).click()
    expect(await violations(page), 'page').toEqual([])
    const openings: Readonly<Record<string, () => Promise<void>>> = {
      'Keys and gestures': () => page.getByRole('button', { name: 'Keys and gestures' }).click(),
      'Add node': () => page.getByRole('button', { name: 'Add node' }).click(),
      Examples: () => page.getByRole('button', { name: 'Examples' }).click(),
      'What computes': () => page.getByRole('button', { name: /^WebAssembly/ }).click(),
    }
    for (const [name, open] of Object.entries(openings)) {
      await open()
      await page.getByRole('dialog', { name }).waitFor()
      expect(await violations(page), name).toEqual([])
      await page.keyboard.press('Escape')
      expect(await page.getByRole('dialog').count(), name).toBe(0)
    }
    await node(page, 'DDIM Denoise').getByRole('heading').click()
    await node(page, 'DDIM Denoise').getByText('More').click()
    await page.getByRole('toolbar', { name: 'Selected nodes' }).waitFor()
    expect(await violations(page), 'selection').toEqual([])
    await page
      .getByLabel('Open', { exact: true })
      .last()
      .setInputFiles({ name: 'broken.json', mimeType: 'application/json', buffer: Buffer.from('[1]') })
    await page.getByRole('alert').waitFor()
    expect(await violations(page), 'error').toEqual([])
  })

  it('on the empty graph', async () => {
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Delete')
    await page.getByRole('heading', { name: 'This graph is empty' }).waitFor()
    expect(await violations(page)).toEqual([])
  })
})

/** Presses Tab until the thing has the focus. */
async function tabTo(reached: () => Promise<boolean>): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (await reached()) return
    await page.keyboard.press('Tab')
  }
  throw new Error('Tab does not get there')
}

const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '')

async function addByKeys(title: string): Promise<void> {
  await page.keyboard.press('Shift+A')
  await page.keyboard.type(title)
  await page.keyboard.press('Enter')
  await expect.poll(focused).toBe(title)
}

it('the keyboard alone goes from an empty graph to a picture', async () => {
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  await expect.poll(() => page.locator('[data-node]').count()).toBe(0)

  await addByKeys('Load Image')
  const picture = () =>
    page.evaluate(() => document.activeElement?.closest('.field')?.textContent?.includes('Picture') ?? false)
  await tabTo(picture)
  await page.keyboard.type('cat')
  await tabBack('Load Image')
  await addByKeys('View')

  await page.keyboard.press('Home')
  await tabBack('Load Image')
  await tabTo(async () => /^image, output/.test(await focused()))
  await page.keyboard.press('Enter')
  await tabTo(async () => /^value, input/.test(await focused()))
  await page.keyboard.press('Enter')
  await expect.poll(() => status(page).textContent()).toMatch(/^(Connected Load Image|Running|Finished)/)
  await expect.poll(() => socket(page, 'View', 'value', 'input').getAttribute('aria-label')).toContain('connected')

  await page.keyboard.press('Control+Enter')
  await finished(page)
  await expect.poll(() => node(page, 'View').getByRole('img').getAttribute('alt')).toMatch(/^View: picture, \d+ × \d+/)
})

/** Presses Shift+Tab until the node has the focus. */
async function tabBack(title: string): Promise<void> {
  for (let presses = 0; presses < 30; presses++) {
    if ((await focused()) === title) return
    await page.keyboard.press('Shift+Tab')
  }
  throw new Error('Shift+Tab does not get there')
}

it('colours are those that the system asks for, until others are chosen', async () => {
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme)
  expect(await theme()).toBe('dark')
  await page.emulateMedia({ colorScheme: 'light' })
  await expect.poll(theme).toBe('light')
  await page.getByRole('button', { name: 'Light colours' }).click()
  await expect.poll(theme).toBe('dark')
  await page.reload()
  await page.getByRole('button', { name: 'Light colours' }).waitFor()
  expect(await theme()).toBe('dark')
})
