import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished, node } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

let page: Page
eachPage(
  (opened) => {
    page = opened
    return finished(page)
  },
  { again: true },
)

const map = () => page.getByRole('img', { name: /^Map of the graph: \d+ nodes/ })
const place = async () => {
  const box = await node(page, 'Colorize').boundingBox()
  return { x: Math.round(box?.x ?? NaN), y: Math.round(box?.y ?? NaN), width: Math.round(box?.width ?? NaN) }
}

it('a map shows the graph, moves the view by press and drag, and is remembered', async () => {
  await page.getByRole('button', { name: 'Map of the graph' }).click()
  const box = await map().boundingBox()
  if (!box) throw new Error('no map')
  const before = await place()
  await page.mouse.move(box.x + 10, box.y + 10)
  await page.mouse.down()
  await expect.poll(place).not.toEqual(before)
  const pressed = await place()
  await page.mouse.move(box.x + 120, box.y + 60, { steps: 4 })
  await page.mouse.up()
  await expect.poll(place).not.toEqual(pressed)
  expect(await violations(page)).toEqual([])
  await page.reload()
  await map().waitFor()
  await page.keyboard.press('Shift+M')
  await expect.poll(() => map().count()).toBe(0)
})

it('neither messages nor the bar of the selection lie over the map', async () => {
  await page.getByRole('button', { name: 'Map of the graph' }).click()
  await node(page, 'Colorize').getByRole('heading').click()
  const broken = { name: 'broken.json', mimeType: 'application/json', buffer: Buffer.from('{"format":') }
  await page.getByLabel('Open', { exact: true }).last().setInputFiles(broken)
  const parts = [map(), page.getByRole('toolbar', { name: 'Selected nodes' }), page.getByRole('alert')]
  for (const width of [1440, 1000, 768]) {
    await page.setViewportSize({ width, height: 700 })
    await expect
      .poll(async () => {
        const boxes = await Promise.all(parts.map((part) => part.boundingBox()))
        const apart = (a: Box, b: Box) =>
          a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
        return boxes.every((a, i) => boxes.every((b, j) => i === j || (a !== null && b !== null && apart(a, b))))
      })
      .toBe(true)
  }
})

it('keys move and enlarge the canvas, and each tab keeps its place, over a reload too', async () => {
  // What is untouched makes room for the next.
  await page.getByRole('textbox', { name: 'Graph title' }).fill('Mine')
  await page.getByRole('textbox', { name: 'Graph title' }).press('Enter')
  const canvas = page.getByRole('application', { name: 'Graph canvas' })
  await canvas.focus()
  const before = await place()
  await page.keyboard.press('ArrowLeft')
  await expect.poll(place).toEqual({ ...before, x: before.x + 64 })
  await page.keyboard.press('-')
  await expect.poll(async () => (await place()).width).toBeLessThan(before.width)
  const left = await place()
  await page.getByRole('button', { name: 'Examples' }).click()
  await page.getByRole('menuitem').first().click()
  await expect.poll(place).not.toEqual(left)
  await page.getByRole('tab', { name: 'Mine' }).click()
  await expect.poll(place).toEqual(left)
  await page.reload()
  await page.getByRole('tab', { name: 'Mine' }).click()
  await expect.poll(place).toEqual(left)
})
