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

const form = () => page.getByRole('region', { name: 'Form', exact: true })
const star = (title: string, label: string) =>
  node(page, title).getByRole('button', { name: `Star ${label}`, exact: true })
const labels = () =>
  form()
    .locator('.field .label')
    .allTextContents()
    .then((all) => all.map((text) => text.trim()))
const toggle = () => page.getByRole('button', { name: 'Form', exact: true }).click()

it('starred parameters make a form, named and ordered by hand, that is saved with the graph', async () => {
  await star('Colorize', 'Colours').focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => status(page).textContent()).toBe('Colours is in the form.')
  await star('Noise Init', 'Seed').click()
  await toggle()
  await expect.poll(labels).toEqual(['Load Image', 'Colours', 'Seed'])
  expect(await violations(page)).toEqual([])
  // The graph behind it is not reached.
  expect(await page.getByRole('group', { name: 'Noise Init' }).count()).toBe(0)
  await page.keyboard.press('Control+a')
  await expect.poll(() => status(page).textContent()).toBe('Show the graph first.')

  await form().getByRole('button', { name: 'Arrange' }).click()
  await form().getByRole('textbox', { name: 'Name of Colours' }).fill('Palette')
  await form().getByRole('textbox', { name: 'Name of Colours' }).press('Tab')
  await form().getByRole('button', { name: 'Move Seed up' }).click()
  await expect.poll(labels).toEqual(['Load Image', 'Seed', 'Palette'])
  expect(await violations(page)).toEqual([])

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save', exact: true }).click(),
  ])
  const text = await readFile(await download.path(), 'utf8')
  expect((JSON.parse(text) as { form: unknown }).form).toEqual([
    { node: 'noise', param: 'seed' },
    { node: 'colorize', param: 'colormap', label: 'Palette' },
  ])

  await form().getByRole('button', { name: 'Take Palette out' }).click()
  await expect.poll(labels).toEqual(['Load Image', 'Seed'])
  for (const expected of [
    ['Load Image', 'Seed', 'Palette'],
    ['Load Image', 'Palette', 'Seed'],
    ['Load Image', 'Colours', 'Seed'],
    ['Load Image', 'Colours'],
  ]) {
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(labels).toEqual(expected)
  }

  await page
    .getByLabel('Open', { exact: true })
    .last()
    .setInputFiles({ name: 'with-form.json', mimeType: 'application/json', buffer: Buffer.from(text) })
  // It says nothing of how it opens: as the graph.
  await node(page, 'Colorize').waitFor()
  await toggle()
  await expect.poll(labels).toEqual(['Load Image', 'Seed', 'Palette'])
})

it('a graph that opens as its form does so from a file, a link and a picture, and each time it is opened', async () => {
  await star('Colorize', 'Colours').click()
  await toggle()
  await form().getByRole('button', { name: 'Arrange' }).click()
  await form().getByRole('switch', { name: 'Open this graph as its form' }).check()
  await expect.poll(() => status(page).textContent()).toBe('Whoever opens this graph sees its form first.')
  expect(await violations(page)).toEqual([])
  const saved = async (name: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name, exact: true }).first().click(),
    ])
    return { name: download.suggestedFilename(), buffer: await readFile(await download.path()) }
  }
  const files = [
    { ...(await saved('Save')), mimeType: 'application/json' },
    { ...(await saved('Picture as PNG')), mimeType: 'image/png' },
  ]
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy link' }).click()
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  await expect.poll(copied).toMatch(/#/)
  const link = await copied()
  await form().getByRole('button', { name: 'Show the graph' }).click()
  const tabs = page.getByRole('tablist', { name: 'Open graphs' }).getByRole('tab')
  for (const [i, file] of files.entries()) {
    await page.getByLabel('Open', { exact: true }).last().setInputFiles(file)
    await expect.poll(() => tabs.count()).toBe(i + 2)
    await form().waitFor()
  }
  // Each tab as it was left.
  await tabs.first().click()
  await node(page, 'Colorize').waitFor()
  const other = await page.context().newPage()
  await other.goto(link)
  await other.getByRole('region', { name: 'Form', exact: true }).getByRole('combobox', { name: 'Colours' }).waitFor()
  await other.getByRole('button', { name: 'Show the graph' }).click()
  await node(other, 'Colorize').waitFor()
})

it('somebody uses the graph without seeing it, 360 pixels wide: a photo, a parameter, Run, the result', async () => {
  await star('Colorize', 'Colours').click()
  await page.setViewportSize({ width: 360, height: 740 })
  await toggle()
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('switch', { name: 'Live' }).uncheck()
  await page.keyboard.press('Escape')
  await form().getByRole('combobox', { name: 'Load Image' }).selectOption('cat.jpg')
  await form().getByRole('combobox', { name: 'Colours' }).selectOption('magma')
  const result = page.getByRole('region', { name: 'Viewer' }).getByRole('img')
  await form().getByRole('button', { name: 'Run', exact: true }).click()
  await finished(page)
  await expect.poll(() => result.getAttribute('aria-label')).toMatch(/^View: picture, /)
  await form()
    .getByRole('img', { name: /^Load Image: picture/ })
    .waitFor()
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(wide).toBe(360)
  for (const part of [form().getByRole('button', { name: 'Run', exact: true }), result]) {
    const box = await part.boundingBox()
    expect(box && box.x >= 0 && box.x + box.width <= 360 && box.y + box.height <= 740).toBe(true)
  }
  await form().getByRole('button', { name: 'Show the graph' }).click()
  await node(page, 'Load Image').waitFor()
})
