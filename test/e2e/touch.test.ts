import type { CDPSession, Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished, node, status } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

interface Point {
  readonly x: number
  readonly y: number
}

let page: Page
let devtools: CDPSession
eachPage(
  async (opened) => {
    page = opened
    devtools = await page.context().newCDPSession(page)
    await finished(page)
  },
  { screen: 'telephone', again: true },
)

/** Fingers go from their first points to their last ones, and are lifted. */
async function fingers(...paths: readonly (readonly [from: Point, to: Point])[]): Promise<void> {
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', share?: number) =>
    devtools.send('Input.dispatchTouchEvent', {
      type,
      touchPoints:
        share === undefined
          ? []
          : paths.map(([from, to], id) => ({
              id,
              x: from.x + (to.x - from.x) * share,
              y: from.y + (to.y - from.y) * share,
            })),
    })
  await touch('touchStart', 0)
  for (let step = 1; step <= 8; step++) await touch('touchMove', step / 8)
  await touch('touchEnd')
  // a tap that follows a fast swipe at once only stops the swipe
  await page.waitForTimeout(500)
}

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox()
  if (!box) throw new Error('not on the screen')
  return box
}

const card = () => node(page, 'Load Image')
const toolbar = () => page.getByRole('toolbar', { name: 'Selected nodes' })

it('begins with nodes that can be read, and shows all of them by the fit button', async () => {
  expect((await boxOf(card())).width).toBeGreaterThan(0.6 * 236)
  await page.getByRole('button', { name: 'Fit view' }).tap()
  const canvas = await boxOf(page.getByRole('application', { name: 'Graph canvas' }))
  for (const title of ['Load Image', 'Noise Init', 'VAE Decode', 'View']) {
    const { x, y, width, height } = await boxOf(node(page, title))
    expect([x >= canvas.x, y >= canvas.y], title).toEqual([true, true])
    expect([x + width <= canvas.x + canvas.width, y + height <= canvas.y + canvas.height], title).toEqual([true, true])
  }
})

it('a tap selects a node, another one adds to it once that is asked for, and one on the canvas clears', async () => {
  await card().getByRole('heading').tap()
  await expect.poll(() => toolbar().textContent()).toContain('1 node')
  await toolbar().getByRole('button', { name: 'Select several' }).tap()
  await node(page, 'Load Checkpoint').getByRole('heading').tap()
  await expect.poll(() => toolbar().textContent()).toContain('2 nodes')
  await toolbar().getByRole('button', { name: 'Select several' }).tap()
  const { x, y, width } = await boxOf(card())
  await page.touchscreen.tap(x + width + 8, y - 12)
  await expect.poll(() => toolbar().count()).toBe(0)
})

it('one finger moves the canvas, and a node by its heading, as one undo step', async () => {
  const before = await boxOf(card())
  const free = { x: before.x + before.width + 10, y: before.y - 14 }
  await fingers([free, { x: free.x - 60, y: free.y + 40 }])
  await expect.poll(async () => Math.round((await boxOf(card())).x - before.x)).toBe(-60)
  expect(Math.round((await boxOf(card())).y - before.y)).toBe(40)
  expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true)

  const heading = await boxOf(node(page, 'Fit to Resolution').getByRole('heading'))
  const grip = { x: heading.x + 20, y: heading.y + heading.height / 2 }
  const moved = () => boxOf(node(page, 'Fit to Resolution'))
  const old = await moved()
  await fingers([grip, { x: grip.x + 30, y: grip.y + 50 }])
  await expect.poll(async () => Math.round((await moved()).y - old.y)).toBe(50)
  await expect.poll(() => page.getByRole('button', { name: 'Undo' }).isEnabled()).toBe(true)
  await page.getByRole('button', { name: 'Undo' }).tap()
  await expect.poll(() => status(page).textContent()).toBe('Undone.')
  await expect.poll(async () => Math.round((await moved()).y - old.y)).toBe(0)
})

it.each([
  ['between the nodes', 10],
  ['on a node', -60],
])('two fingers %s zoom the canvas about the place between them', async (_, below) => {
  const before = await boxOf(card())
  const centre = { x: before.x + before.width / 2, y: before.y + before.height + below }
  const finger = (from: number, to: number) =>
    [
      { x: centre.x + from, y: centre.y },
      { x: centre.x + to, y: centre.y },
    ] as const
  await fingers(finger(-40, -60), finger(40, 60))
  await expect.poll(async () => (await boxOf(card())).width / before.width).toBeCloseTo(1.5, 1)
  const after = await boxOf(card())
  expect((centre.x - after.x) / after.width).toBeCloseTo((centre.x - before.x) / before.width, 1)
  expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true)
})

it('two fingers zoom the picture in the viewer, one moves it', async () => {
  const picture = () => boxOf(page.getByRole('region', { name: 'Viewer' }).getByRole('img'))
  const before = await picture()
  const centre = { x: before.x + before.width / 2, y: before.y + before.height / 2 }
  await fingers(
    [
      { x: centre.x - 30, y: centre.y },
      { x: centre.x - 60, y: centre.y },
    ],
    [
      { x: centre.x + 30, y: centre.y },
      { x: centre.x + 60, y: centre.y },
    ],
  )
  await expect.poll(async () => (await picture()).width / before.width).toBeCloseTo(2, 1)
  const zoomed = await picture()
  expect(Math.abs(zoomed.x + zoomed.width / 2 - centre.x)).toBeLessThan(4)
  await fingers([centre, { x: centre.x + 25, y: centre.y - 15 }])
  await expect.poll(async () => Math.round((await picture()).x - zoomed.x)).toBe(25)
})

it('a finger that stays on the empty canvas offers nodes to add', async () => {
  const box = await page.getByRole('application', { name: 'Graph canvas' }).boundingBox()
  if (!box) throw new Error('no canvas')
  const at = { x: box.x + 6, y: box.y + 6 }
  await devtools.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] })
  await page.getByRole('dialog', { name: 'Add node' }).waitFor()
  await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  await page
    .getByRole('option', { name: /^Colorize/ })
    .first()
    .waitFor()
})

it('a finger draws a wire from socket to socket', async () => {
  const output = page
    .getByRole('group', { name: 'Load Checkpoint' })
    .getByRole('button', { name: /^checkpoint, output/ })
  const input = node(page, 'Fit to Resolution').getByRole('button', { name: /^checkpoint, input/ })
  await input.focus()
  await page.keyboard.press('Delete')
  await expect.poll(() => input.getAttribute('aria-label')).not.toContain('connected')
  const middle = ({ x, y, width, height }: Awaited<ReturnType<typeof boxOf>>) => ({
    x: x + width / 2,
    y: y + height / 2,
  })
  await fingers([middle(await boxOf(output)), middle(await boxOf(input))])
  await expect.poll(() => input.getAttribute('aria-label')).toContain('connected')
})

it('two taps, on one socket and on another, connect them', async () => {
  const input = node(page, 'Fit to Resolution').getByRole('button', { name: /^checkpoint, input/ })
  await input.focus()
  await page.keyboard.press('Delete')
  await expect.poll(() => input.getAttribute('aria-label')).not.toContain('connected')
  await node(page, 'Load Checkpoint')
    .getByRole('button', { name: /^checkpoint, output/ })
    .tap()
  await input.tap()
  await expect.poll(() => input.getAttribute('aria-label')).toContain('connected')
})

it('an empty graph and an empty viewer speak of what fingers can do', async () => {
  await page.getByRole('application', { name: 'Graph canvas' }).focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  const canvas = page.getByRole('heading', { name: 'This graph is empty' }).locator('xpath=..')
  expect(await canvas.innerText()).toMatch(/with the \+ button/)
  await page.getByRole('button', { name: 'Add node' }).tap()
  await page.getByRole('option', { name: 'Load Image' }).tap()
  const words = [await page.getByRole('region', { name: 'Viewer' }).innerText()]
  await page.getByRole('button', { name: 'Undo' }).tap()
  words.push(await canvas.innerText(), await page.getByRole('region', { name: 'Viewer' }).innerText())
  expect(words.join(' ')).not.toMatch(/space|double-click|drop/i)
  await page.getByRole('button', { name: 'New from welcome graph' }).last().tap()
  await expect.poll(() => page.locator('[data-node]').count()).toBe(13)
})

it('messages lie below the canvas, not on its nodes, and give the room back', async () => {
  const canvas = page.getByRole('application', { name: 'Graph canvas' })
  const before = await boxOf(canvas)
  await page
    .getByLabel('Open', { exact: true })
    .last()
    .setInputFiles({ name: 'broken.json', mimeType: 'application/json', buffer: Buffer.from('[1]') })
  const alert = page.getByRole('alert')
  await alert.waitFor()
  const [{ y, height }, message, bar] = [
    await boxOf(canvas),
    await boxOf(alert),
    await boxOf(page.getByRole('region', { name: 'Viewer' })),
  ]
  expect(message.y).toBeGreaterThanOrEqual(y + height)
  expect(message.y + message.height).toBeLessThanOrEqual(bar.y)
  expect(height).toBeGreaterThan(200)
  await page.getByRole('button', { name: 'Dismiss' }).tap()
  await expect.poll(async () => (await boxOf(canvas)).height).toBe(before.height)
})

it('nothing moves when the files of a run are listed, or the list is cleared', async () => {
  const canvas = page.getByRole('application', { name: 'Graph canvas' })
  const before = await boxOf(canvas)
  expect(await page.getByRole('link', { name: /^Download/ }).count()).toBe(2)
  await page.getByRole('button', { name: 'Clear the list' }).tap()
  await expect.poll(() => page.getByRole('link', { name: /^Download/ }).count()).toBe(0)
  expect(await boxOf(canvas)).toEqual(before)
})

it('members of an ensemble are chosen by a tap, and leave the picture room', async () => {
  await page.getByRole('button', { name: 'Fit view' }).tap()
  await node(page, 'Noise Init').getByRole('spinbutton', { name: 'Members', exact: true }).fill('2')
  await node(page, 'DDIM Denoise').getByRole('heading').tap()
  const viewer = page.getByRole('region', { name: 'Viewer' })
  await viewer.getByRole('img', { name: 'Spread of 2 members' }).waitFor({ timeout: 60_000 })
  await viewer.getByRole('radio', { name: 'Member 2 of 2' }).tap()
  const stage = viewer.getByRole('application')
  await expect.poll(() => stage.getByRole('img').getAttribute('aria-label')).toContain('member 2 of 2, step 4 of 4')
  expect((await boxOf(stage)).height).toBeGreaterThanOrEqual(110)
  for (const part of [
    stage,
    viewer.getByRole('slider', { name: 'Step' }),
    viewer.getByRole('img', { name: /^Spread/ }),
  ]) {
    const { x, y, width, height } = await boxOf(part)
    expect([x >= 0, x + width <= 400, y + height <= 800]).toEqual([true, true, true])
  }
  expect(await violations(page)).toEqual([])
})
