import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { beforeEach, expect, it } from 'vitest'
import type { GraphDocument } from '../../src/graph/document.ts'
import { copies } from './support/copies.ts'
import { dropFile } from './support/drop-file.ts'
import { eachPage } from './support/each-page.ts'
import { finished } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

const COUNT = 110

let page: Page
eachPage((opened) => {
  page = opened
  return finished(page)
})

const cards = () => page.locator('#canvas [data-node]')
const whole = () => cards().filter({ has: page.locator('[data-socket]') })
const last = () => cards().last()

beforeEach(async () => {
  const welcome = JSON.parse(await readFile('examples/depth.json', 'utf8')) as GraphDocument
  const shown = welcome.nodes.filter(({ type }) => type !== 'output/export')
  const ids = new Set(shown.map(({ id }) => id))
  const links = welcome.links.filter(({ from, to }) => ids.has(from.node) && ids.has(to.node))
  const text = copies({ ...welcome, nodes: shown, links }, COUNT)
  await dropFile(page, { name: 'many.json', type: 'application/json', content: text })
  await expect.poll(() => cards().count()).toBe(COUNT)
})

it('has every card by its name, and only those near the view whole, wherever the view is', async () => {
  await expect.poll(() => whole().count()).toBeGreaterThan(4)
  expect(await whole().count()).toBeLessThan(48)
  expect(await last().getByRole('combobox').count()).toBe(0)
  expect(await page.locator('#canvas').getByRole('group', { name: 'VAE Decode', exact: true }).count()).toBe(COUNT / 11)
  const paths = page.locator('#canvas .wire .line')
  const drawn = () => paths.evaluateAll((lines) => lines.filter((line) => line.getAttribute('d') !== '').length)
  await expect.poll(drawn).toBe(await paths.count())

  // Far away, by the outline: it has the focus and is complete; what was left behind is not.
  const first = await cards().first().getAttribute('data-node')
  const left = cards().and(page.locator(`[data-node="${first}"]`))
  await expect.poll(() => left.locator('[data-socket]').count()).toBeGreaterThan(0)
  const rows = page.getByRole('navigation', { name: 'Outline of the graph' }).getByRole('button')
  await expect.poll(() => rows.count()).toBe(COUNT)
  await rows.last().focus()
  await page.keyboard.press('Enter')
  const focused = page.locator('[data-node]:focus')
  await focused.locator('[data-socket]').first().waitFor()
  await expect.poll(() => left.locator('[data-socket]').count()).toBe(0)
  await expect.poll(() => whole().count()).toBeGreaterThan(1)
  expect(await whole().count()).toBeLessThan(48)

  // By the keyboard's own way: the next card is complete when it comes to it.
  await left.focus()
  await left.locator('[data-socket]').first().waitFor()
})

it('keeps the field that has the focus, and shows the pictures of all from afar', async () => {
  const field = page.locator('#canvas [data-node="c0-colorize"]').getByRole('combobox').first()
  await page.locator('#canvas [data-node="c0-colorize"]').focus()
  await field.focus()
  await page.locator('#canvas').hover({ position: { x: 20, y: 20 } })
  // Cards change when the view rests.
  for (let turns = 0; turns < 20; turns++) await page.mouse.wheel(0, 400)
  await expect.poll(() => whole().count()).toBe(1)
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true)

  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await finished(page)
  await page.keyboard.press('Home')
  const loaded = () =>
    page
      .locator('#canvas [data-node] img')
      .evaluateAll((images) => images.filter((image) => (image as HTMLImageElement).naturalWidth > 0).length)
  // All but Load Checkpoint have one.
  await expect.poll(loaded, { timeout: 60_000 }).toBe((COUNT / 11) * 10)
  expect(await violations(page)).toEqual([])
})
