import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { atRest, node, socket } from './support/editor-page.ts'

let page: Page
eachPage(
  (opened) => {
    page = opened
    return atRest(page)
  },
  { again: true },
)

const undo = () => page.getByRole('button', { name: 'Undo' })
const dialog = () => page.getByRole('dialog', { name: 'Add node' })
const canvas = () => page.getByRole('application', { name: 'Graph canvas' })
const place = async (title: string) => {
  const box = await node(page, title).first().boundingBox()
  return { x: Math.round(box?.x ?? NaN), y: Math.round(box?.y ?? NaN) }
}

it('a node is added by a double-click where the pointer is, by Space, and by Tab where there are none', async () => {
  const box = await canvas().boundingBox()
  if (!box) throw new Error('no canvas')
  const corner = { x: box.x + 12, y: box.y + box.height - 120 }
  await page.mouse.dblclick(corner.x, corner.y)
  await dialog().getByRole('combobox').fill('invert')
  await page.keyboard.press('Escape')
  await expect.poll(() => dialog().count()).toBe(0)
  await canvas().focus()
  await page.keyboard.press('Space')
  await dialog().getByRole('combobox').fill('noise')
  await page.keyboard.press('Enter')
  await expect.poll(() => node(page, 'Noise Init').count()).toBe(2)
  await canvas().focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+Delete')
  await expect.poll(() => page.locator('[data-node]').count()).toBe(0)
  await canvas().focus()
  await page.keyboard.press('Tab')
  await dialog().waitFor()
})

it('several nodes are dragged together, as one undo step', async () => {
  await node(page, 'Colorize').getByRole('heading').click()
  await node(page, 'View')
    .getByRole('heading')
    .click({ modifiers: ['Shift'] })
  const before = [await place('Colorize'), await place('View'), await place('Match Image Size')]
  const heading = await node(page, 'View').getByRole('heading').boundingBox()
  if (!heading) throw new Error('no heading')
  const from = { x: heading.x + heading.width / 2, y: heading.y + heading.height / 2 }
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x - 40, from.y + 60, { steps: 5 })
  await page.mouse.up()
  const [colorize, view, match] = [await place('Colorize'), await place('View'), await place('Match Image Size')]
  expect(view.y - (before[1]?.y ?? 0)).toBeGreaterThan(40)
  // Each place is a whole number, so that two ways of one length differ by one at most.
  expect(Math.abs(colorize.y - (before[0]?.y ?? 0) - (view.y - (before[1]?.y ?? 0)))).toBeLessThanOrEqual(1)
  expect(Math.abs(colorize.x - (before[0]?.x ?? 0) - (view.x - (before[1]?.x ?? 0)))).toBeLessThanOrEqual(1)
  expect(match).toEqual(before[2])
  await undo().click()
  await expect.poll(() => Promise.all([place('Colorize'), place('View')])).toEqual(before.slice(0, 2))
  expect(await undo().isDisabled()).toBe(true)
})

it('a copy has the wires into it by Ctrl+D, and none by Ctrl+Shift+D', async () => {
  const fed = (index: number) => socket(page, 'Colorize', 'value', 'input').nth(index).getAttribute('aria-label')
  await node(page, 'Colorize').getByRole('heading').click()
  await page.keyboard.press('Control+d')
  await expect.poll(() => fed(1)).toContain('connected')
  await undo().click()
  await expect.poll(() => node(page, 'Colorize').count()).toBe(1)
  await node(page, 'Colorize').getByRole('heading').click()
  await page.keyboard.press('Control+Shift+D')
  await expect.poll(() => node(page, 'Colorize').count()).toBe(2)
  expect(await fed(1)).not.toContain('connected')
})

it('nothing moves by itself for whoever asked the system for less motion', async () => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const moving = () =>
    page.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter((element) => {
          const { animationName, animationDuration, transitionDuration } = getComputedStyle(element)
          const seconds = (text: string) => Math.max(...text.split(',').map(parseFloat))
          return (animationName !== 'none' && seconds(animationDuration) > 0.01) || seconds(transitionDuration) > 0.01
        }).length,
    )
  expect(await moving()).toBe(0)
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  expect(await moving()).toBeGreaterThan(0)
})
