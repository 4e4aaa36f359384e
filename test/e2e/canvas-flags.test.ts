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

const toolbar = () => page.getByRole('toolbar', { name: 'Selected nodes' })
const undo = () => page.getByRole('button', { name: 'Undo' })
const caption = () => node(page, 'View').getByRole('img').getAttribute('alt')

describe('bypass', () => {
  it('lets through what a node is given, and undo brings its picture back from the cache', async () => {
    const before = await caption()
    await node(page, 'Match Image Size').getByRole('heading').click()
    await page.keyboard.press('b')
    await expect.poll(() => node(page, 'Match Image Size').textContent()).toContain('bypassed')
    await expect.poll(caption).toBe('View: picture, 192 × 128')
    expect(await violations(page)).toEqual([])
    await undo().click()
    await expect.poll(caption).toBe(before)
    expect(await undo().isDisabled()).toBe(true)
  })

  it('is refused by name where nothing could pass', async () => {
    await node(page, 'VAE Encode').getByRole('heading').click()
    await toolbar().getByRole('button', { name: 'Bypass' }).click()
    await expect
      .poll(() => status(page).textContent())
      .toBe('VAE Encode cannot be bypassed: no input has the kind of an output.')
    expect(await undo().isDisabled()).toBe(true)
  })
})

describe('collapse', () => {
  it('leaves the header with its picture, the wires at its sides, and opens again', async () => {
    const card = node(page, 'Match Image Size')
    await card.getByRole('heading').click()
    const open = await card.boundingBox()
    await page.keyboard.press('h')
    await expect.poll(async () => (await card.boundingBox())?.height ?? 0).toBeLessThan((open?.height ?? 0) / 3)
    expect(await card.getByRole('img', { name: /^Match Image Size: depth map/ }).isVisible()).toBe(true)
    expect(await socket(page, 'Match Image Size', 'value', 'input').count()).toBe(0)
    const ends = await page.evaluate(() => {
      const side = document.querySelector('[data-node="match"] [data-side="output"]')?.getBoundingClientRect()
      const header = document.querySelector('[data-node="match"] header')?.getBoundingClientRect()
      return (
        side &&
        header && [side.x + side.width / 2 - header.right, side.y + side.height / 2 - header.y - header.height / 2]
      )
    })
    expect(ends?.map((off) => Math.abs(off) < 3)).toEqual([true, true])
    expect(await violations(page)).toEqual([])
    await card.getByRole('button', { name: 'Expand' }).click()
    await expect.poll(async () => (await card.boundingBox())?.height).toBe(open?.height)
    await undo().click()
    await undo().click()
    expect(await undo().isDisabled()).toBe(true)
  })
})
