import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { drag, finished, node } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

const SCREEN = { width: 3840, height: 2160 }

let page: Page
eachPage(
  (opened) => {
    page = opened
    return finished(page)
  },
  { again: true },
)

const canvas = () => page.getByRole('application', { name: 'Graph canvas' })
const viewer = () => page.getByRole('region', { name: 'Viewer' })
const cards = () => page.locator('#canvas [data-node]')

async function boxOf(of: Locator) {
  const box = await of.boundingBox()
  if (!box) throw new Error('not on the screen')
  return box
}

/** Names of cards that lie over each other or are not all on the canvas. */
const astray = async () => {
  const frame = await boxOf(canvas())
  return cards().evaluateAll((all, frame) => {
    const boxes = all.map((card) => ({ name: card.getAttribute('aria-label'), box: card.getBoundingClientRect() }))
    return boxes.flatMap(({ name, box }, at) => {
      const out =
        box.left < frame.x ||
        box.top < frame.y ||
        box.right > frame.x + frame.width ||
        box.bottom > frame.y + frame.height
      const over = boxes
        .slice(0, at)
        .filter((one) => one.box.left < box.right && one.box.right > box.left)
        .filter((one) => one.box.top < box.bottom && one.box.bottom > box.top)
      return [...(out ? [`${name} is not all seen`] : []), ...over.map((one) => `${name} lies over ${one.name}`)]
    })
  }, frame)
}

it.each([1, 2])('on a 4K screen of %i pixels to the point there is room, and it is used', async (deviceScaleFactor) => {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Emulation.setDeviceMetricsOverride', { ...SCREEN, deviceScaleFactor, mobile: false })
  await page.locator('#canvas').focus()
  await page.keyboard.press('Home')
  // Larger than they are, which is 236 wide: the graph takes most of one side of the canvas.
  await expect.poll(async () => (await boxOf(cards().first())).width).toBeGreaterThan(300)
  expect(await astray()).toEqual([])
  const [graph, picture, toolbar] = await Promise.all([
    boxOf(canvas()),
    boxOf(viewer()),
    boxOf(page.getByRole('banner')),
  ])
  expect(graph.x + graph.width).toBeLessThanOrEqual(picture.x + 1)
  expect(toolbar.height).toBeLessThan(80)
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  // The picture fills the viewer.
  const shown = viewer().locator('canvas').first()
  await expect.poll(async () => (await boxOf(shown)).width / picture.width).toBeGreaterThan(0.8)

  const card = node(page, 'Colorize')
  const before = await boxOf(card)
  await drag(page, card.getByRole('heading'), { x: before.x + 500, y: before.y + 700 })
  const dragged = await boxOf(card)
  expect(dragged.y - before.y).toBeGreaterThan(500)
  await page.mouse.move(graph.x + 40, graph.y + graph.height - 200)
  await page.mouse.down()
  await page.mouse.move(graph.x + 340, graph.y + graph.height - 300, { steps: 4 })
  await page.mouse.up()
  const moved = await boxOf(card)
  expect({ x: Math.round(moved.x - dragged.x), y: Math.round(moved.y - dragged.y) }).toEqual({ x: 300, y: -100 })
  if (deviceScaleFactor === 1) expect(await violations(page)).toEqual([])
  await devtools.detach()
})
