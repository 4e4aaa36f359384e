import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { atRest, drag, node, status } from './support/editor-page.ts'
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
const bar = () => page.getByRole('toolbar', { name: 'Selected nodes' })
const frame = (title: string) => page.getByRole('group', { name: `Frame: ${title}`, exact: true })
const note = (text: string) => page.getByRole('group', { name: `Note: ${text}`, exact: true })
const place = async (title: string) => {
  const box = await node(page, title).boundingBox()
  return [Math.round(box?.x ?? NaN), Math.round(box?.y ?? NaN)]
}

async function framed(title: string): Promise<void> {
  await node(page, 'Match Image Size').getByRole('heading').click()
  await node(page, 'Colorize')
    .getByRole('heading')
    .click({ modifiers: ['Shift'] })
  await page.keyboard.press('Control+j')
  await page.getByRole('textbox', { name: 'Title of the frame' }).waitFor()
  await page.keyboard.type(title)
  await page.keyboard.press('Enter')
  await frame(title).waitFor()
}

/** Presses on the title of a frame and moves it, in pixels. */
async function dragTitle(title: string, x: number, y: number): Promise<void> {
  const box = await frame(title).getByText(title, { exact: true }).boundingBox()
  if (!box) throw new Error('not on the screen')
  await page.mouse.move(box.x + 8, box.y + 8)
  await page.mouse.down()
  await page.mouse.move(box.x + 8 + x / 2, box.y + 8 + y / 2, { steps: 3 })
  await page.mouse.move(box.x + 8 + x, box.y + 8 + y, { steps: 3 })
  await page.mouse.up()
}

describe('a frame', () => {
  it('is drawn around the selection, dragged with what it holds as one step, and copied with it', async () => {
    await framed('Colours')
    const [before, apart] = [await place('Colorize'), await place('VAE Decode')]
    await dragTitle('Colours', 60, 90)
    await expect.poll(() => place('Colorize')).not.toEqual(before)
    const after = await place('Match Image Size')
    expect(await place('VAE Decode')).toEqual(apart)
    await undo().click()
    await expect.poll(() => place('Colorize')).toEqual(before)
    expect(await place('Match Image Size')).not.toEqual(after)
    await node(page, 'Match Image Size').getByRole('heading').click()
    await node(page, 'Colorize')
      .getByRole('heading')
      .click({ modifiers: ['Shift'] })
    await page.keyboard.press('Control+d')
    await expect.poll(() => status(page).textContent()).toBe('Duplicated 2 nodes, 1 frame.')
    await expect.poll(() => frame('Colours').count()).toBe(2)
  })

  it('is coloured, resized and taken away without its nodes, by the keyboard too', async () => {
    await framed('Colours')
    await bar().getByRole('button', { name: 'Purple' }).click()
    await expect.poll(() => bar().getByRole('button', { name: 'Purple' }).getAttribute('aria-pressed')).toBe('true')
    await frame('Colours').focus()
    await page.keyboard.press('c')
    await expect.poll(() => bar().getByRole('button', { name: 'Grey' }).getAttribute('aria-pressed')).toBe('true')
    const wide = (await frame('Colours').boundingBox())?.width ?? 0
    await frame('Colours').focus()
    await page.keyboard.press('Control+Shift+ArrowRight')
    await expect.poll(async () => (await frame('Colours').boundingBox())?.width ?? 0).toBeGreaterThan(wide)
    const before = await place('Colorize')
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => place('Colorize')).not.toEqual(before)
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Delete')
    await expect.poll(() => frame('Colours').count()).toBe(0)
    expect(await node(page, 'Colorize').count()).toBe(1)
    await undo().click()
    await expect.poll(() => frame('Colours').count()).toBe(1)
  })
})

/** Waits until nothing lies over the middle of it. */
const lies = (what: Locator) =>
  expect
    .poll(() =>
      what.evaluate((element) => {
        const { left, top, width, height } = element.getBoundingClientRect()
        return element.contains(document.elementFromPoint(left + width / 2, top + height / 2))
      }),
    )
    .toBe(true)

describe('a note', () => {
  it('lies over the nodes that it was put on, until one of them is pressed, and again when the graph is opened', async () => {
    await page.getByRole('application', { name: 'Graph canvas' }).click({ position: { x: 300, y: 740 } })
    await page.keyboard.press('n')
    await page.keyboard.type('look here')
    await page.keyboard.press('Escape')
    const card = await node(page, 'Colorize').boundingBox()
    if (!card) throw new Error('not on the screen')
    await drag(page, note('look here'), { x: card.x + card.width / 2, y: card.y + 50 })
    await lies(note('look here'))
    await node(page, 'Colorize').locator('footer').click()
    await expect.poll(() => node(page, 'Colorize').evaluate((element) => element.matches(':focus-within'))).toBe(true)
    await lies(node(page, 'Colorize').getByRole('heading'))
    await page.waitForTimeout(400)
    await page.reload()
    await note('look here').waitFor()
    await lies(note('look here'))
  })

  it('is plain text, is kept with frames over a reload, and deleted as one step', async () => {
    await framed('Colours')
    await page.getByRole('application', { name: 'Graph canvas' }).click({ position: { x: 300, y: 740 } })
    await page.keyboard.press('n')
    await page.getByRole('textbox', { name: 'Text of the note' }).waitFor()
    await page.keyboard.type('<b>slow</b>\nbut smooth')
    await page.keyboard.press('Escape')
    await note('<b>slow</b>').waitFor()
    expect(await note('<b>slow</b>').textContent()).toContain('<b>slow</b>\nbut smooth')
    const from = await note('<b>slow</b>').boundingBox()
    await drag(page, note('<b>slow</b>'), { x: (from?.x ?? 0) + (from?.width ?? 0) / 2 + 14, y: (from?.y ?? 0) + 30 })
    await expect.poll(async () => (await note('<b>slow</b>').boundingBox())?.x).not.toBe(from?.x)
    expect(await violations(page)).toEqual([])
    await page.waitForTimeout(400)
    await page.reload()
    await note('<b>slow</b>').waitFor()
    await frame('Colours').waitFor()
    await lies(note('<b>slow</b>'))
    await note('<b>slow</b>').dblclick()
    await page.keyboard.type('!')
    await page.getByRole('textbox', { name: 'Text of the note' }).press('Escape')
    await expect.poll(() => note('<b>slow</b>').textContent()).toContain('but smooth!')
    await page.keyboard.press('Delete')
    await expect.poll(() => note('<b>slow</b>').count()).toBe(0)
    await undo().click()
    await expect.poll(() => note('<b>slow</b>').count()).toBe(1)
  })
})
