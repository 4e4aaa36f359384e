import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { addNode, atRest, drag, node, socket, status } from './support/editor-page.ts'

let page: Page
eachPage(
  (opened) => {
    page = opened
    return atRest(page)
  },
  { again: true },
)

const undo = () => page.getByRole('button', { name: 'Undo' })
const connected = (title: string, name: string, side: 'input' | 'output') =>
  socket(page, title, name, side)
    .first()
    .getAttribute('aria-label')
    .then((label) => label?.includes('connected') ?? false)

const strokes = (of: Locator) => of.evaluateAll((paths) => paths.map((path) => getComputedStyle(path).stroke))

it('a wire has the colour of what it carries, also while it is drawn', async () => {
  const wires = new Set(await strokes(page.locator('#canvas .wire .line')))
  const outputs = page.locator('#canvas').getByRole('button', { name: /, output, .*connected$/ })
  expect(wires).toEqual(new Set(await strokes(outputs.locator('path:last-child'))))
  expect(wires.size).toBeGreaterThan(3)

  const start = socket(page, 'VAE Decode', 'depth', 'output')
  const box = await start.boundingBox()
  if (!box) throw new Error('not on the screen')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + 60, box.y + 90, { steps: 4 })
  const drawn = page.locator('#canvas .wire.drawing .line')
  await drawn.waitFor()
  expect(await strokes(drawn)).toEqual(await strokes(start.locator('path').last()))
  await page.keyboard.press('Escape')
  await page.mouse.up()
})

it('a node that is dropped on a wire is put into it, with its move as one step', async () => {
  await addNode(page, 'Match Image Size')
  const added = node(page, 'Match Image Size').last()
  const [from, to] = [
    await socket(page, 'Colorize', 'image', 'output').boundingBox(),
    await socket(page, 'View', 'value', 'input').boundingBox(),
  ]
  const [card, heading] = [await added.boundingBox(), await added.getByRole('heading').boundingBox()]
  if (!from || !to || !card || !heading) throw new Error('not on the screen')
  const middle = { x: (from.x + to.x + from.width) / 2, y: (from.y + to.y + from.height) / 2 }
  const grip = { x: heading.x + heading.width / 2 - card.x, y: heading.y + heading.height / 2 - card.y }
  const place = { x: middle.x - card.width / 2 + grip.x, y: middle.y - card.height / 2 + grip.y }
  await drag(page, added.getByRole('heading'), place)
  await expect.poll(() => status(page).textContent()).toBe('Match Image Size is in the wire now.')
  const input = socket(page, 'Match Image Size', 'value', 'input').last()
  await expect.poll(() => input.getAttribute('aria-label')).toContain('connected')
  await undo().click()
  await expect.poll(() => input.getAttribute('aria-label')).not.toContain('connected')
  expect((await added.boundingBox())?.x).toBeCloseTo(card.x, 0)
})

it('wires are cut by a line with Ctrl and the right button, and by X', async () => {
  const box = await socket(page, 'View', 'value', 'input').boundingBox()
  if (!box) throw new Error('not on the screen')
  await page.keyboard.down('Control')
  await page.mouse.move(box.x - 2, box.y - 40)
  await page.mouse.down({ button: 'right' })
  await page.mouse.move(box.x - 4, box.y + 60, { steps: 8 })
  await page.mouse.up({ button: 'right' })
  await page.keyboard.up('Control')
  await expect.poll(() => status(page).textContent()).toMatch(/^Cut \d wires?\.$/)
  await expect.poll(() => connected('View', 'value', 'input')).toBe(false)
  expect(await page.getByRole('dialog').count()).toBe(0)
  await undo().click()
  await expect.poll(() => connected('View', 'value', 'input')).toBe(true)
  await node(page, 'Match Image Size').getByRole('heading').click()
  await page.keyboard.press('x')
  await expect.poll(() => connected('Match Image Size', 'like', 'input')).toBe(false)
  await undo().click()
  await expect.poll(() => connected('Match Image Size', 'like', 'input')).toBe(true)
  expect(await undo().isDisabled()).toBe(true)
})

it('Delete heals the wire through a node, Ctrl+Delete does not', async () => {
  await node(page, 'Match Image Size').getByRole('heading').click()
  await page.keyboard.press('Delete')
  await expect.poll(() => node(page, 'Match Image Size').count()).toBe(0)
  expect(await connected('Colorize', 'value', 'input')).toBe(true)
  await undo().click()
  await node(page, 'Match Image Size').getByRole('heading').click()
  await page.keyboard.press('Control+Delete')
  await expect.poll(() => connected('Colorize', 'value', 'input')).toBe(false)
})
