import { readFile } from 'node:fs/promises'
import { decode } from 'fast-png'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished, node, status } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

let page: Page
eachPage(
  (opened) => {
    page = opened
    return finished(page)
  },
  { again: true },
)

const viewer = () => page.getByRole('region', { name: 'Viewer' })
const stage = () => viewer().getByRole('application')
const picture = () => stage().getByRole('img')
const reading = () => page.getByRole('note', { name: 'Values at the pixel' })
const tool = (name: string) => viewer().getByRole('button', { name, exact: true })
const pixels = (): Promise<string> => picture().evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
const viewed = () => viewer().getByRole('heading').innerText()

/** Looks at a node and waits for its full picture. */
async function lookAt(title: string): Promise<void> {
  await node(page, title)
    .getByRole('heading')
    .click({ modifiers: ['Control', 'Shift'] })
  await expect.poll(viewed).toBe(title)
  await expect.poll(() => tool('Pin as B').isEnabled()).toBe(true)
}

it('reads the values under the pointer and under a crosshair that the arrow keys move', async () => {
  await lookAt('VAE Decode')
  await picture().hover()
  await expect.poll(() => reading().innerText()).toMatch(/^x \d+, y \d+ · [01]\.\d{4} · \d+\.\d %$/)
  await page.mouse.move(5, 5)
  await expect.poll(() => reading().count()).toBe(0)
  await stage().press('ArrowRight')
  await expect.poll(() => reading().innerText()).toMatch(/^x \d+, y \d+ · /)
  const [, x = '', y = ''] = /x (\d+), y (\d+)/.exec(await reading().innerText()) ?? []
  await stage().press('Shift+ArrowRight')
  await stage().press('ArrowUp')
  await expect.poll(() => reading().innerText()).toContain(`x ${Number(x) + 10}, y ${Number(y) - 1} · `)
  await lookAt('Load Image')
  await expect.poll(() => reading().innerText()).toMatch(/R [01]\.\d{4} G [01]\.\d{4} B [01]\.\d{4} · \d+ \d+ \d+$/)
  await stage().press('Escape')
  await expect.poll(() => reading().count()).toBe(0)
})

it('compares with a pinned picture: wipe by key, difference of the numbers, blink, and back', async () => {
  await lookAt('VAE Decode')
  await tool('Pin as B').click()
  const first = await pixels()
  const seed = node(page, 'Noise Init').getByRole('spinbutton', { name: 'Seed', exact: true })
  await seed.fill('77')
  await seed.press('Tab')
  await expect.poll(pixels, { timeout: 60_000 }).not.toBe(first)
  await finished(page)
  const divider = viewer().getByRole('slider', { name: 'Divider between A and B' })
  await divider.press('Home')
  await expect.poll(pixels).toBe(first)
  await divider.press('End')
  await expect.poll(pixels).not.toBe(first)
  await divider.press('ArrowLeft')
  expect(await divider.getAttribute('aria-valuetext')).toBe('98 % A')
  const box = await divider.boundingBox()
  if (!box) throw new Error('not on the screen')
  const from = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x - 60, from.y, { steps: 3 })
  await page.mouse.up()
  expect(Number(await divider.getAttribute('aria-valuenow'))).toBeLessThan(95)
  expect(await violations(page)).toEqual([])

  await tool('Side by side').click()
  const [a, b] = [stage().getByRole('img').first(), stage().getByRole('img', { name: 'B: VAE Decode' })]
  const sizes = async () => [(await a.boundingBox())?.width ?? 0, (await b.boundingBox())?.width ?? 0].map(Math.round)
  await expect.poll(async () => new Set(await sizes()).size).toBe(1)
  const [fit = 0] = await sizes()
  await stage().press('+')
  await expect.poll(sizes).toEqual([fit * 1.25, fit * 1.25].map(Math.round))
  await a.hover()
  expect(await reading().innerText()).toContain(' · B ')
  const at = (await reading().innerText()).split(' · ')[0]
  await b.hover()
  // The same place of the picture.
  expect((await reading().innerText()).split(' · ')[0]).toBe(at)

  await tool('Difference').click()
  await expect.poll(() => viewer().innerText()).toMatch(/A − B: 0\.\d{4} on average, 0\.\d{4} at most/)
  await stage().press('ArrowRight')
  await expect.poll(() => reading().innerText()).toMatch(/ · B [01]\.\d{4} · A − B −?[01]\.\d{4}$/)
  await stage().press('b')
  expect(await tool('Blink').getAttribute('aria-pressed')).toBe('true')
  const now = await pixels()
  await expect.poll(pixels).not.toBe(now)
  await lookAt('Load Image')
  await stage().press('d')
  await expect.poll(() => viewer().innerText()).toContain('A − B by the pixels shown')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search commands, nodes and examples' }).fill('side by side')
  await page.keyboard.press('Enter')
  await expect.poll(() => tool('Side by side').getAttribute('aria-pressed')).toBe('true')
  await stage().press('u')
  expect(await tool('Wipe').count()).toBe(0)
})

it('number keys bring back the nodes that they were given', async () => {
  await lookAt('VAE Decode')
  await page.keyboard.press('Shift+Digit2')
  await expect.poll(() => status(page).textContent()).toBe('Key 2 shows VAE Decode from now on.')
  await lookAt('Colorize')
  await page.keyboard.press('2')
  await expect.poll(viewed).toBe('VAE Decode')
  await page.keyboard.press('7')
  expect(await status(page).textContent()).toContain('Shift+7')
  expect(await viewed()).toBe('VAE Decode')
})

it('colours and range of the viewer change its picture and not the graph; what is shown is saved', async () => {
  await lookAt('VAE Decode')
  const plain = await pixels()
  await tool('Colours and levels').click()
  const levels = page.getByRole('dialog', { name: 'Colours and levels' })
  await levels.getByRole('img', { name: /^Histogram of the values, from 0\.\d{4} to [01]\.\d{4}$/ }).waitFor()
  await levels.getByRole('combobox', { name: 'Colours' }).selectOption('turbo')
  await expect.poll(pixels).not.toBe(plain)
  const coloured = await pixels()
  await levels.getByRole('slider', { name: 'Low' }).press('PageUp')
  await expect.poll(pixels).not.toBe(coloured)
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  expect(await viewer().innerText()).toContain('viewer colours')
  expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true)

  const shown = await pixels()
  const [download] = await Promise.all([page.waitForEvent('download'), tool('Picture as PNG').click()])
  expect(download.suggestedFilename()).toBe('vae-decode.png')
  const saved = decode(await readFile(await download.path()))
  const drawn = decode(Buffer.from(shown.split(',')[1] ?? '', 'base64'))
  expect([saved.width, saved.height]).toEqual([drawn.width, drawn.height])
  expect(Buffer.compare(Buffer.from(saved.data), Buffer.from(drawn.data))).toBe(0)

  await tool('Colours and levels').click()
  await levels.getByRole('button', { name: 'As usual' }).click()
  await expect.poll(pixels).toBe(plain)
})

it('copies the picture as a PNG and fills the screen', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await tool('Picture to the clipboard').click()
  await expect.poll(() => status(page).textContent()).toBe('Copied the picture.')
  const types = await page.evaluate(async () => (await navigator.clipboard.read()).flatMap((item) => item.types))
  expect(types).toContain('image/png')
  await tool('Full screen').click()
  await expect.poll(() => page.evaluate(() => document.fullscreenElement?.getAttribute('aria-label'))).toBe('Viewer')
  await tool('Full screen').click()
  await expect.poll(() => page.evaluate(() => document.fullscreenElement)).toBeNull()
})
