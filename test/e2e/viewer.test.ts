import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished, node } from './support/editor-page.ts'

let page: Page
eachPage(
  (opened) => {
    page = opened
    return finished(page)
  },
  { again: true },
)

const viewer = () => page.getByRole('region', { name: 'Viewer' })
const percent = async () => Number(/(\d+) %/.exec(await viewer().locator('header').innerText())?.[1])
const picture = () => viewer().getByRole('application').getByRole('img')

it('zooms by wheel about the pointer, by key and by button, and fits again', async () => {
  const fitted = await percent()
  const box = await picture().boundingBox()
  if (!box) throw new Error('not on the screen')
  // a point a quarter into the picture stays under the pointer
  const at = { x: box.x + box.width / 4, y: box.y + box.height / 4 }
  await page.mouse.move(at.x, at.y)
  await page.mouse.wheel(0, -400)
  await expect.poll(percent).toBeGreaterThan(2 * fitted)
  const zoomed = await picture().boundingBox()
  expect((at.x - (zoomed?.x ?? 0)) / (zoomed?.width ?? 1)).toBeCloseTo(0.25, 2)
  expect((at.y - (zoomed?.y ?? 0)) / (zoomed?.height ?? 1)).toBeCloseTo(0.25, 2)
  await page.mouse.down()
  await page.mouse.move(at.x + 40, at.y + 25, { steps: 3 })
  await page.mouse.up()
  await expect
    .poll(async () => Math.round((await picture().boundingBox())?.x ?? 0))
    .toBe(Math.round((zoomed?.x ?? 0) + 40))
  await viewer().getByRole('button', { name: 'Actual size' }).click()
  await expect.poll(percent).toBe(100)
  await viewer().getByRole('application').press('+')
  await expect.poll(percent).toBe(125)
  await viewer().getByRole('application').press('0')
  await expect.poll(percent).toBe(fitted)
})

it('stays with the depth while steps and members are changed on other nodes, and goes to a node that is clicked', async () => {
  const title = () => viewer().getByRole('heading').innerText()
  const shown = await pixels()
  const members = node(page, 'Noise Init').getByRole('spinbutton', { name: 'Members', exact: true })
  await members.click()
  await members.fill('3')
  await members.press('Tab')
  await expect
    .poll(() => node(page, 'VAE Decode').locator('footer').innerText(), { timeout: 60_000 })
    .toContain('1 of 3')
  await finished(page)
  expect(await title()).toBe('View')
  await expect.poll(pixels).not.toBe(shown)
  await node(page, 'Noise Init').getByRole('heading').click()
  await expect.poll(title).toBe('Noise Init')
  await expect.poll(() => node(page, 'Noise Init').getByRole('figure').innerText()).toContain('member 1 of 3')
})

it('the page says why it computes on WebAssembly, in full', async () => {
  await page.getByRole('button', { name: /^WebAssembly, \d+ thread/ }).click()
  const reason = page
    .getByRole('dialog', { name: 'What computes' })
    .getByText(/^(WebGPU|This browser|The only graphics adapter)/)
  await expect.poll(() => reason.isVisible()).toBe(true)
  const cut = await reason.evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
  expect(cut).toBe(false)
  await page.keyboard.press('Escape')
  expect(await page.getByRole('dialog').count()).toBe(0)
})

/** The pixels that the viewer shows, as text. */
const pixels = (): Promise<string> => picture().evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
