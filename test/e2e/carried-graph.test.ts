import { readFile } from 'node:fs/promises'
import type { Download, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { nodes } from '../../src/app/registry.ts'
import { graphInPng, withGraph } from '../../src/graph/sharing/png.ts'
import { parseDocument } from '../../src/graph/validate.ts'
import { dropFile } from './support/drop-file.ts'
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

const title = () => page.getByRole('textbox', { name: 'Graph title' })
const asked = () => page.getByRole('dialog', { name: /carries a graph$/ })
const photo = () =>
  node(page, 'Load Image')
    .getByRole('combobox')
    .evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.textContent)
const undo = () => page.getByRole('button', { name: 'Undo', exact: true })

async function rename(to: string): Promise<void> {
  await title().fill(to)
  await title().press('Enter')
}

async function downloaded(press: () => Promise<void>): Promise<Uint8Array<ArrayBuffer>> {
  const [download] = await Promise.all([page.waitForEvent('download'), press()] as const)
  return new Uint8Array(await readFile(await (download as Download).path()))
}

const save = () => page.getByRole('button', { name: 'Picture as PNG' })

it('an exported picture opens the graph that made it, adds it to this one in one step, or is a photo like others', async () => {
  await rename('Made here')
  const exported = page.getByRole('link', { name: /^Download depth-colour\.png/ })
  const content = await downloaded(() => exported.click())
  // The run was before the new title; the viewer's picture has the graph as it is now.
  expect(parseDocument((await graphInPng(content)) ?? '', nodes).document.title).toBe('Depth from a photo')
  const picture = await downloaded(() => save().click())
  const carried = parseDocument((await graphInPng(picture)) ?? '', nodes)
  expect([carried.document.title, carried.problems]).toEqual(['Made here', []])
  expect(await graphInPng(await downloaded(() => save().click({ modifiers: ['Shift'] })))).toBeUndefined()

  await rename('Open')
  const file = { name: 'made.png', type: 'image/png', content: picture }
  await dropFile(page, file)
  await asked().getByText('“Made here”, 13 nodes.').waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Enter')
  await expect.poll(() => title().inputValue()).toBe('Made here')
  await expect.poll(() => status(page).textContent()).toBe('Opened Made here. Press Run to compute it.')
  expect(await page.getByRole('tab').allTextContents()).toEqual(['Open', 'Made here'])

  await dropFile(page, file)
  await asked().getByRole('button', { name: 'Add it to this graph' }).click()
  await expect.poll(() => page.locator('[data-node]').count()).toBe(26)
  await expect.poll(() => status(page).textContent()).toBe('Added 13 nodes of Made here to this graph.')
  await undo().click()
  await expect.poll(() => page.locator('[data-node]').count()).toBe(13)

  // Of several each is asked about, or all at once.
  await dropFile(page, file)
  await dropFile(page, { ...file, name: 'second.png' })
  await asked().getByRole('checkbox', { name: 'Do the same with the other picture' }).waitFor()
  await asked().getByRole('button', { name: 'Add it to this graph' }).click()
  await page.getByRole('dialog', { name: 'second.png carries a graph' }).waitFor()
  await dropFile(page, { ...file, name: 'third.png' })
  await asked().getByRole('checkbox', { name: 'Do the same with the other picture' }).check()
  await asked().getByRole('button', { name: 'Add it to this graph' }).click()
  await expect.poll(() => page.locator('[data-node]').count()).toBe(4 * 13)
  expect(await asked().count()).toBe(0)
  for (const left of [3, 2, 1]) {
    await undo().click()
    await expect.poll(() => page.locator('[data-node]').count()).toBe(left * 13)
  }

  await dropFile(page, file)
  await asked().getByRole('button', { name: 'Use it as a picture' }).click()
  await expect.poll(photo).toBe('made.png')
})

it('a picture that carries a graph and falls on Load Image is its photo without a question; Escape leaves all as it was', async () => {
  const picture = await downloaded(() => save().click())
  const file = { name: 'photo.png', type: 'image/png', content: picture }
  await dropFile(page, file)
  await asked().waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => asked().count()).toBe(0)
  expect(await undo().isDisabled()).toBe(true)
  await dropFile(page, file, '[data-node="image"]')
  await expect.poll(photo).toBe('photo.png')
  expect(await asked().count()).toBe(0)
})

it('Open takes a picture that carries a graph, with what it lacks said on its nodes, and refuses others with a reason', async () => {
  const preset = JSON.parse(await readFile('examples/depth.json', 'utf8')) as {
    nodes: { id: string; params: object }[]
  }
  const lacking = preset.nodes.map((of) =>
    of.id === 'checkpoint' ? { ...of, params: { checkpoint: 'folder:my-own' } } : of,
  )
  const strange = { id: 'strange', type: 'other/node', version: 1, position: { x: 0, y: 1200 }, params: {} }
  const text = JSON.stringify({ ...preset, title: 'Lacking', nodes: [...lacking, strange] })
  const plain = await downloaded(() => save().click({ modifiers: ['Shift'] }))
  const carrying = await withGraph(plain, parseDocument(text, nodes).document)
  const chooser = page.locator('input[type=file][aria-label="Open"]')
  const choose = (content: Uint8Array) =>
    chooser.setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from(content) })
  await choose(plain)
  await page.getByRole('alert').filter({ hasText: 'a.png is a picture that carries no graph.' }).waitFor()
  const damaged = carrying.slice()
  damaged[damaged.length - 30] = 255 - (damaged[damaged.length - 30] ?? 0)
  await choose(damaged)
  await page.getByRole('alert').filter({ hasText: 'its checksum does not fit' }).waitFor()
  expect(await page.getByRole('tab').count()).toBe(1)
  await choose(carrying)
  await expect.poll(() => title().inputValue()).toBe('Lacking')
  await node(page, 'other/node').getByText('Unknown node type').waitFor()
  const missing = page.getByRole('alert').filter({ hasText: 'The checkpoint “my-own” is not here' })
  await missing.waitFor()
  expect(await page.getByRole('progressbar').count()).toBe(0)

  await missing.getByRole('button', { name: 'Checkpoint marigold-nano' }).click()
  const chosen = node(page, 'Load Checkpoint').getByRole('combobox', { name: 'Checkpoint' })
  await expect.poll(() => chosen.inputValue()).toBe('marigold-nano')
  await expect.poll(() => missing.count()).toBe(0)
  await undo().click()
  await missing.waitFor()
})
