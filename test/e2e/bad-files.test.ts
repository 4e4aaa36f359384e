import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished, node, status } from './support/editor-page.ts'

let page: Page
eachPage((opened) => {
  page = opened
  return finished(page)
})

/** Drops a file on the page, as from the desktop. */
async function drop(name: string, type: string, text: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ([name, type, text]) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([text], name, { type }))
      return transfer
    },
    [name, type, text] as const,
  )
  await page.dispatchEvent('body', 'drop', { dataTransfer })
}

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
  await expect.poll(() => status(page).textContent(), { timeout: 60_000 }).toMatch(/^Finished in/)
})
