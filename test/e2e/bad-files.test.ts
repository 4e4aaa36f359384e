import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { dropFile } from './support/drop-file.ts'
import { eachPage } from './support/each-page.ts'
import { finished, node, socket } from './support/editor-page.ts'

let page: Page
eachPage(
  (opened) => {
    page = opened
    return finished(page)
  },
  { again: true },
)

const drop = (name: string, type: string, content: string): Promise<void> => dropFile(page, { name, type, content })

const picture = () =>
  node(page, 'Load Image')
    .getByRole('combobox')
    .evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.textContent)

it.each([
  ['a text', 'notes.txt', 'text/plain', 'hello'],
  ['a broken picture', 'broken.png', 'image/png', '\u0089PNG and nothing more'],
  ['JSON that is no preset', 'other.json', 'application/json', '{"nodes": {"1": {"class_type": "KSampler"}}}'],
])('%s, dropped, is refused with a reason, and the graph stays as it is', async (_, name, type, text) => {
  const before = [await page.getByRole('group').count(), await picture()]
  await drop(name, type, text)
  await expect.poll(() => page.getByRole('alert').count(), { timeout: 20_000 }).toBeGreaterThan(0)
  expect([await page.getByRole('group').count(), await picture()]).toEqual(before)
  expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true)
})

it('a preset with an unknown node and wires to nowhere opens; the repairs are listed and the rest runs', async () => {
  const preset: unknown = JSON.parse(await readFile('examples/depth.json', 'utf8'))
  const { nodes, links } = preset as { nodes: object[]; links: object[] }
  const strange = { id: 'strange', type: 'other/node', version: 1, position: { x: 0, y: 900 }, params: { a: 1 } }
  const dangling = { from: { node: 'gone', socket: 'image' }, to: { node: 'view', socket: 'value' } }
  const text = JSON.stringify({ ...(preset as object), nodes: [...nodes, strange], links: [...links, dangling] })
  await drop('strange.json', 'application/json', text)
  await expect.poll(() => page.getByText('gone').first().isVisible(), { timeout: 20_000 }).toBe(true)
  await expect.poll(() => page.getByText('other/node').first().isVisible()).toBe(true)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await finished(page)
})

it('an unknown node keeps its wires on the screen, also after undo, and they cannot be taken off at its side', async () => {
  const preset = JSON.parse(await readFile('examples/depth.json', 'utf8')) as { nodes: object[]; links: object[] }
  const strange = { id: 'strange', type: 'other/node', version: 1, position: { x: 0, y: 900 }, params: {} }
  const into = { from: { node: 'colorize', socket: 'image' }, to: { node: 'strange', socket: 'picture' } }
  const outOf = { from: { node: 'strange', socket: 'result' }, to: { node: 'view', socket: 'value' } }
  const kept = preset.links.filter((link) => JSON.stringify(link) !== JSON.stringify({ ...into, to: outOf.to }))
  const text = JSON.stringify({ ...preset, nodes: [...preset.nodes, strange], links: [...kept, into, outOf] })
  await drop('strange.json', 'application/json', text)
  const wires = page.locator('.wire .line')
  const drawn = async () =>
    (await wires.evaluateAll((paths) => paths.map((path) => path.getAttribute('d')))).filter(Boolean)
  await expect.poll(async () => (await drawn()).length, { timeout: 20_000 }).toBe(kept.length + 2)
  for (const [name, side] of [
    ['picture', 'input'],
    ['result', 'output'],
  ] as const) {
    expect(await socket(page, 'other/node', name, side).isDisabled()).toBe(true)
  }
  await node(page, 'Colorize').getByRole('heading').click()
  await page.keyboard.press('Delete')
  await expect.poll(() => socket(page, 'other/node', 'picture', 'input').count()).toBe(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await drawn()).length).toBe(kept.length + 2)
})
