import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { addNode, drag, finished, node, socket, status } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

let page: Page
eachPage(
  (opened) => {
    page = opened
    return finished(page)
  },
  { again: true },
)

const undo = () => page.getByRole('button', { name: 'Undo' })
const points = () => page.getByRole('button', { name: 'Point 1 of the wire from Colorize, image to View, value' })

it('a wire is led through a point by a double-click on it; the point is dragged, kept, and nothing runs for it', async () => {
  const [from, to] = [
    await socket(page, 'Colorize', 'image', 'output').boundingBox(),
    await socket(page, 'View', 'value', 'input').boundingBox(),
  ]
  if (!from || !to) throw new Error('not on the screen')
  const middle = { x: (from.x + to.x + from.width) / 2, y: (from.y + to.y + from.height) / 2 }
  await page.mouse.dblclick(middle.x, middle.y)
  await points().waitFor()
  await expect.poll(() => status(page).textContent()).toBe('The wire has a point to drag.')
  const before = await points().boundingBox()
  await drag(page, points(), { x: middle.x + 4, y: middle.y + 90 })
  await expect.poll(async () => (await points().boundingBox())?.y).not.toBe(before?.y)
  await page.waitForTimeout(600)
  expect(await status(page).textContent()).toBe('The wire has a point to drag.')
  expect(await violations(page)).toEqual([])
  const moved = await points().boundingBox()
  await page.reload()
  await points().waitFor()
  await expect.poll(async () => (await points().boundingBox())?.y).toBe(moved?.y)
  await undo().click()
  await expect.poll(async () => (await points().boundingBox())?.y).toBe(before?.y)
  await points().focus()
  await page.keyboard.press('Delete')
  await expect.poll(() => points().count()).toBe(0)
})

it('with the keyboard the wires into what is selected get points, which arrow keys move', async () => {
  await node(page, 'View').focus()
  await page.getByRole('region', { name: 'Viewer' }).hover()
  await page.keyboard.press('r')
  await points().focus()
  const before = await points().boundingBox()
  await page.keyboard.press('Shift+ArrowDown')
  await expect.poll(async () => (await points().boundingBox())?.y ?? 0).toBeGreaterThan(before?.y ?? Infinity)
  await undo().click()
  await expect.poll(async () => (await points().boundingBox())?.y).toBe(before?.y)
})

it('a wire keeps its points when a node on it is deleted, and when its end goes to another input', async () => {
  await page.getByRole('switch', { name: 'Live' }).uncheck()
  const point = (wire: string) => page.getByRole('button', { name: `Point 1 of the wire from ${wire}` })
  await node(page, 'Colorize').getByRole('heading').click()
  await page.getByRole('region', { name: 'Viewer' }).hover()
  await page.keyboard.press('r')
  await point('Match Image Size, value to Colorize, value').waitFor()
  await node(page, 'Match Image Size').getByRole('heading').click()
  await page.keyboard.press('Delete')
  await point('Ensemble Align, depth to Colorize, value').waitFor()
  await undo().click()
  await node(page, 'View').getByRole('heading').click()
  await page.getByRole('region', { name: 'Viewer' }).hover()
  await page.keyboard.press('r')
  await points().waitFor()
  await addNode(page, 'Export')
  const free = socket(page, 'Export', 'value', 'input').last()
  await expect.poll(() => free.getAttribute('aria-label')).not.toContain('connected')
  await drag(page, socket(page, 'View', 'value', 'input'), free)
  await point('Colorize, image to Export, value').waitFor()
  expect(await points().count()).toBe(0)
})
