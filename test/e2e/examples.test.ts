import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { eachPage } from './support/each-page.ts'
import { finished, node, status } from './support/editor-page.ts'

let page: Page
eachPage((opened) => {
  page = opened
  return finished(page)
})

const FOLDER = join(ROOT, 'examples')
const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'))
const graphs = await Promise.all(
  files.map(
    async (file) =>
      JSON.parse(await readFile(join(FOLDER, file), 'utf8')) as { title: string; nodes: { type: string }[] },
  ),
)

/** Graphs for checkpoints that predict other than depth, which the embedded one does. */
const others = graphs.filter(({ nodes }) => nodes.every(({ type }) => type !== 'depth/vae-decode'))

async function choose(title: string): Promise<void> {
  await page.getByRole('button', { name: 'Examples' }).click()
  await page.getByRole('menuitem', { name: title }).click()
}

it('offers every example with a line of what it shows', async () => {
  await page.getByRole('button', { name: 'Examples' }).click()
  const items = page.getByRole('menuitem')
  expect(await items.count()).toBe(graphs.length)
  for (const { title } of graphs) {
    const words = await page.getByRole('menuitem', { name: title }).innerText()
    expect(words.replace(title, '').trim().length, title).toBeGreaterThan(20)
  }
})

it('opens each for the embedded checkpoint without a problem, waits for Run, and leaves the old graph in its tab', async () => {
  const titleField = page.getByRole('textbox', { name: 'Graph title' })
  await titleField.fill('Mine')
  await titleField.press('Enter')
  for (const { title, nodes } of graphs.filter((graph) => !others.includes(graph))) {
    await choose(title)
    await expect.poll(() => status(page).textContent()).toBe(`Opened ${title}. Press Run to compute it.`)
    expect(await titleField.inputValue()).toBe(title)
    await expect.poll(() => page.locator('[data-node]').count(), { message: title }).toBe(nodes.length)
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await finished(page)
    expect(await page.getByRole('alert').count(), title).toBe(0)
    await page.getByRole('tab', { name: 'Mine', exact: true }).click()
    await expect.poll(() => titleField.inputValue()).toBe('Mine')
  }
})

it.each(others.map(({ title }) => title))('%s says at its decoder which checkpoint it needs', async (title) => {
  await choose(title)
  await expect.poll(() => status(page).textContent()).toMatch(/^Opened/)
  // Without a run.
  const decoder = page.getByRole('group', { name: /^Decode / })
  const said = /predicts depth, not [^.]+\.\s*Choose a checkpoint for .+ in Load Checkpoint/
  await decoder.getByText(said).waitFor({ timeout: 60_000 })
})

it('runs one to the end', async () => {
  await choose('One step from zeros')
  await expect.poll(() => status(page).textContent()).toMatch(/^Opened/)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await finished(page)
  await expect.poll(() => node(page, 'Colorize').locator('canvas').isVisible()).toBe(true)
  expect(await page.getByRole('alert').count()).toBe(0)
})
