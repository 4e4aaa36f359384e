import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
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
const tool = (name: string) => viewer().getByRole('button', { name, exact: true })
const stage = () => viewer().getByRole('application', { name: '3D view' })
const note = () => viewer().getByRole('note', { name: 'Camera and mesh' })
const says = async () => (await note().innerText()).replace(/,(?=\d)/g, '')
const triangles = async () => Number(/^(\d+) triangles/.exec(await says())?.[1])
const stand = async () => / · (.*)$/.exec(await says())?.[1]
/** Of what is on the screen. */
const picture = async () =>
  createHash('sha256')
    .update(await stage().getByRole('img').screenshot())
    .digest('hex')
/** Without a graphics card a frame takes long. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 30_000 })

async function open(): Promise<void> {
  await tool('3D').click()
  await soon(() => note().count()).toBe(1)
  await soon(says).toMatch(/^\d{6} triangles, \d+ cut · turned 16°, raised 9°, 100 %$/)
}

async function save(name: string, format: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  await tool('Save as…').click()
  const dialog = page.getByRole('dialog', { name: 'Save the surface' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name)
  await dialog.getByRole('combobox', { name: 'Format' }).selectOption({ label: format })
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Save file' }).click(),
  ])
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
}

it('shows the photo as a surface that keys and the mouse turn, and that follows its node without a camera that jumps', async () => {
  await open()
  expect(await stage().getByRole('img', { name: 'Surface of View' }).isVisible()).toBe(true)
  const first = await picture()
  await stage().press('ArrowRight')
  await stage().press('ArrowUp')
  await stage().press('+')
  await soon(stand).toBe('turned 21°, raised 14°, 125 %')
  await soon(picture).not.toBe(first)
  const turned = await picture()
  await stage().press('Shift+ArrowLeft')
  await soon(picture).not.toBe(turned)
  expect(await stand()).toBe('turned 21°, raised 14°, 125 %')
  await tool('Reset view').click()
  await soon(stand).toBe('turned 16°, raised 9°, 100 %')

  const box = await stage().boundingBox()
  if (!box) throw new Error('not on the screen')
  await page.mouse.move(box.x + 200, box.y + 150)
  await page.mouse.down()
  await page.mouse.move(box.x + 100, box.y + 150, { steps: 3 })
  await page.mouse.up()
  await soon(stand).toMatch(/^turned ([3-9]\d|1\d\d)°, raised 9°, 100 %$/)
  await page.mouse.wheel(0, -300)
  await soon(stand).toMatch(/, 1[1-9]\d %$/)
  expect(await violations(page)).toEqual([])

  const [before, stood] = [await triangles(), await stand()]
  const seed = node(page, 'Noise Init').getByRole('spinbutton', { name: 'Seed', exact: true })
  await seed.fill('77')
  await seed.press('Tab')
  await soon(triangles).not.toBe(before)
  expect(await stand()).toBe(stood)
  await stage().press('t')
  await viewer().getByRole('application', { name: 'Viewer' }).getByRole('img').waitFor()
  expect(await stage().count()).toBe(0)
})

it('is set: cut, near and far, points, colour, light; and saved under a name as GLB with its picture', async () => {
  await open()
  const all = await triangles()
  const settings = viewer().getByRole('region', { name: '3D settings' })
  const slider = (name: string) => settings.getByRole('slider', { name })
  const choose = (name: string, choice: string) =>
    settings.getByRole('combobox', { name, exact: true }).selectOption(choice)
  await slider('Cut at steps over').press('Home')
  await soon(triangles).toBeLessThan(all)
  const few = await triangles()
  await slider('Far').press('End')
  await soon(triangles).toBeLessThan(few)
  await slider('Cut at steps over').press('End')
  await soon(says).not.toContain('cut')
  expect(await triangles()).toBeGreaterThan(all)
  await slider('Near').press('End')
  await soon(() => slider('Near').getAttribute('aria-valuetext')).toMatch(/^9\d/)
  await settings.getByRole('button', { name: 'As at first' }).click()
  await soon(triangles).toBe(all)

  await choose('Shape', 'Points')
  await soon(says).toMatch(/^\d+ points · /)
  await choose('Shape', 'Surface')
  await soon(triangles).toBe(all)
  for (const change of [
    () => choose('Colour', 'As shown'),
    () => choose('Colour', 'None'),
    () => settings.getByRole('checkbox', { name: 'Light' }).uncheck(),
  ]) {
    const shown = await picture()
    await change()
    await soon(picture).not.toBe(shown)
  }

  await choose('Colour', 'Photo')
  const { name, bytes } = await save('Temple in space', 'GLB, with its picture')
  expect([name, bytes.subarray(0, 4).toString()]).toEqual(['Temple in space.glb', 'glTF'])
  const json = JSON.parse(bytes.subarray(20, 20 + bytes.readUInt32LE(12)).toString()) as {
    accessors: { count: number }[]
    images: { mimeType: string }[]
  }
  expect(json.accessors.map(({ count }) => count)).toContain(3 * all)
  expect(json.images).toMatchObject([{ mimeType: 'image/png' }])
  await expect.poll(() => status(page).textContent()).toBe('Saved Temple in space.glb.')
})

it('twenty openings leave nothing behind, and what has no depth or no WebGL says so without a dead end', async () => {
  for (let i = 0; i < 20; i++) {
    await tool('3D').click()
    await stage().getByRole('img', { includeHidden: true }).waitFor({ state: 'attached' })
    await tool('3D').click()
    await expect.poll(() => stage().count()).toBe(0)
  }
  await open()
  await node(page, 'Load Image')
    .getByRole('heading')
    .click({ modifiers: ['Control', 'Shift'] })
  await stage().getByText('This has no depth').waitFor()
  await stage().getByRole('button', { name: 'Back to the picture' }).click()
  await expect.poll(() => tool('3D').isDisabled()).toBe(true)

  await page.evaluate(() => {
    const before = HTMLCanvasElement.prototype.getContext
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
      return kind.startsWith('webgl') ? null : (before as (...given: unknown[]) => unknown).call(this, kind, ...rest)
    } as typeof before
  })
  await node(page, 'VAE Decode')
    .getByRole('heading')
    .click({ modifiers: ['Control', 'Shift'] })
  await expect.poll(() => tool('3D').isEnabled()).toBe(true)
  await tool('3D').click()
  await stage().getByText('WebGL is off or missing').waitFor()
  expect(await violations(page)).toEqual([])
  await soon(() => tool('Save as…').isEnabled()).toBe(true)
  const { name, bytes } = await save('decoded', 'PLY, with colours')
  expect(name).toBe('decoded.ply')
  expect(bytes.subarray(0, 500).toString('latin1')).toMatch(/^ply\n.*\nelement vertex \d+\n.*\nproperty uchar red\n/s)
  await stage().getByRole('button', { name: 'Back to the picture' }).click()
  await viewer().getByRole('application', { name: 'Viewer' }).getByRole('img').waitFor()
})
