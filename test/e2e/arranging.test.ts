import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { drag, finished, node, status } from './support/editor-page.ts'
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
const bar = () => page.getByRole('toolbar', { name: 'Selected nodes' })
const place = async (title: string) => {
  const box = await node(page, title).first().boundingBox()
  return { x: Math.round(box?.x ?? NaN), y: Math.round(box?.y ?? NaN) }
}

it('tidies the graph into columns without overlaps, as one step', async () => {
  const before = await place('Colorize')
  await node(page, 'Colorize').getByRole('heading').click()
  await page.keyboard.press('l')
  await expect.poll(() => status(page).textContent()).toMatch(/^Tidied \d+ nodes\.$/)
  const boxes = async () =>
    page.evaluate(() =>
      [...document.querySelectorAll('[data-node]')].map((card) => card.getBoundingClientRect().toJSON()),
    )
  await expect
    .poll(async () => {
      const all = (await boxes()) as { left: number; top: number; right: number; bottom: number }[]
      return all.some((a, i) =>
        all.slice(i + 1).some((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom),
      )
    })
    .toBe(false)
  await undo().click()
  expect(await undo().isDisabled()).toBe(true)
  await page.keyboard.press('Home')
  await expect.poll(() => place('Colorize')).toEqual(before)
})

it('puts selected nodes in line from a menu', async () => {
  await node(page, 'Ensemble Align').getByRole('heading').click()
  await node(page, 'Match Image Size')
    .getByRole('heading')
    .click({ modifiers: ['Shift'] })
  await bar().getByRole('button', { name: 'Arrange' }).click()
  const menu = page.getByRole('menu', { name: 'Arrange' })
  await menu.waitFor()
  expect(await violations(page)).toEqual([])
  await menu.getByRole('menuitem', { name: 'Align left edges' }).click()
  await expect.poll(async () => (await place('Match Image Size')).x).toBe((await place('Ensemble Align')).x)
  await undo().click()
  await expect.poll(async () => (await place('Match Image Size')).x).not.toBe((await place('Ensemble Align')).x)
})

it('what is dragged comes to lie in line with its neighbour, and freely with Ctrl', async () => {
  const heading = node(page, 'Noise Init').getByRole('heading')
  const target = await place('Load Checkpoint')
  const [card, grip] = [await place('Noise Init'), await heading.boundingBox()]
  const to = (x: number) => ({
    x: target.x + x + (grip?.x ?? 0) - card.x + (grip?.width ?? 0) / 2,
    y: (grip?.y ?? 0) + 70,
  })
  await drag(page, heading, to(3))
  await expect.poll(async () => (await place('Noise Init')).x).toBe(target.x)
  await undo().click()
  await drag(page, heading, to(5), true)
  await page.keyboard.down('Control')
  await page.mouse.move(to(5).x - 1, to(5).y)
  await page.mouse.up()
  await page.keyboard.up('Control')
  await expect.poll(async () => (await place('Noise Init')).x - target.x).toBe(4)
})
