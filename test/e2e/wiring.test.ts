import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { addNode, atRest, drag, node, socket, status } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

let page: Page
eachPage(
  (opened) => {
    page = opened
    return atRest(page)
  },
  { again: true },
)

const undo = () => page.getByRole('button', { name: 'Undo' })
const label = (title: string, name: string, index: number) =>
  socket(page, title, name, 'input').nth(index).getAttribute('aria-label')
const opacity = (locator: Locator) =>
  locator.evaluate((it) => Number(getComputedStyle(it.closest('.socket') ?? it).opacity))

describe('a wire', () => {
  it('dims what it does not fit while it is drawn, and is connected by a node’s body to the first input that it fits', async () => {
    await addNode(page, 'Colorize')
    const [fits, not] = [
      socket(page, 'Match Image Size', 'value', 'input'),
      socket(page, 'Fit to Resolution', 'image', 'input'),
    ]
    const clear = await opacity(not)
    const body = node(page, 'Colorize').nth(1).locator('footer')
    await drag(page, socket(page, 'Match Image Size', 'value', 'output'), body, true)
    await expect.poll(() => opacity(not)).toBeLessThan(clear)
    await page.mouse.up()
    await expect.poll(() => opacity(not)).toBe(clear)
    expect(await opacity(fits)).toBe(clear)
    await expect.poll(() => label('Colorize', 'value', 1)).toContain('connected')
    await undo().click()
    await expect.poll(() => label('Colorize', 'value', 1)).not.toContain('connected')
  })

  it('to a socket that takes something else says why, and offers nodes that convert; the chosen one is put between, in one step', async () => {
    await addNode(page, 'Fit to Resolution')
    const input = socket(page, 'Fit to Resolution', 'image', 'input').nth(1)
    await drag(page, socket(page, 'VAE Decode', 'depth', 'output'), input, true)
    await expect
      .poll(() => status(page).textContent())
      .toBe('This input takes image, not depth. A node can convert it.')
    await page.mouse.up()
    const dialog = page.getByRole('dialog', { name: 'Add node' })
    await dialog.getByPlaceholder('Nodes that make image of depth').waitFor()
    expect(await violations(page)).toEqual([])
    expect(await dialog.getByRole('option', { name: /^DDIM Denoise/ }).count()).toBe(0)
    await dialog
      .getByRole('option', { name: /^Colorize/ })
      .first()
      .click()
    await expect.poll(() => node(page, 'Colorize').count()).toBe(2)
    expect(await label('Colorize', 'value', 1)).toContain('connected')
    expect(await label('Fit to Resolution', 'image', 1)).toContain('connected')
    await undo().click()
    await expect.poll(() => node(page, 'Colorize').count()).toBe(1)
    expect(await label('Fit to Resolution', 'image', 1)).not.toContain('connected')
  })

  it('is offered the same on the body of a node that takes nothing of it, and by keyboard; Escape leaves all as it was', async () => {
    await addNode(page, 'Fit to Resolution')
    const body = node(page, 'Fit to Resolution').nth(1).locator('footer')
    await drag(page, socket(page, 'Match Image Size', 'value', 'output'), body)
    const dialog = page.getByRole('dialog', { name: 'Add node' })
    await dialog
      .getByRole('option', { name: /^Colorize/ })
      .first()
      .waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => dialog.count()).toBe(0)
    expect(await label('Fit to Resolution', 'image', 1)).not.toContain('connected')
    await socket(page, 'Match Image Size', 'value', 'output').focus()
    await page.keyboard.press('Enter')
    await socket(page, 'Fit to Resolution', 'image', 'input').nth(1).focus()
    await page.keyboard.press('Enter')
    await dialog.getByRole('combobox').fill('colorize')
    await page.keyboard.press('Enter')
    await expect.poll(() => label('Fit to Resolution', 'image', 1)).toContain('connected')
  })
})
