import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { eachPage } from './support/each-page.ts'
import { finished, status } from './support/editor-page.ts'

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

/** Graphs that need nothing but the checkpoint that comes along. */
const ready = graphs.filter((graph) => JSON.stringify(graph).includes('"checkpoint":"marigold-nano"'))
/** Graphs for checkpoints that predict other than depth, which that one does. */
const others = graphs.filter(
  (graph) => !ready.includes(graph) && graph.nodes.every(({ type }) => type !== 'depth/vae-decode'),
)

const gallery = () => page.getByRole('dialog', { name: 'Examples' })
const card = (title: string) => gallery().getByRole('group', { name: title, exact: true })

async function choose(title: string): Promise<void> {
  await page.getByRole('button', { name: 'Examples' }).click()
  await card(title).getByRole('menuitem', { name: title }).click()
}

it('shows every example with a picture, a line of what it shows, its checkpoint and whether that is here', async () => {
  await page.getByRole('button', { name: 'Examples' }).click()
  await expect.poll(() => gallery().getByRole('group').count()).toBe(graphs.length)
  for (const { title } of graphs) {
    const words = await card(title).innerText()
    expect(words.replace(title, '').trim().length, title).toBeGreaterThan(20)
    const missing = !ready.some((graph) => graph.title === title)
    expect(words, title).toMatch(missing ? /v1\.1: not here, about [\d.]+ GB to download/ : /Marigold Nano: here/)
    await card(title).scrollIntoViewIfNeeded()
    const picture = card(title).locator('img')
    await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth), { message: title }).toBe(360)
  }
})

it('is used by the keyboard, in rows; an example is added to the graph in one step, and so is a file', async () => {
  const focused = () =>
    page.evaluate(() => {
      const on = document.activeElement
      return `${on?.closest('[role=group]')?.getAttribute('aria-label')}: ${on?.getAttribute('aria-label') ?? 'open'}`
    })
  const nodes = () => page.locator('[data-node]').count()
  const first = await nodes()
  await page.getByRole('button', { name: 'Examples' }).press('Enter')
  await expect.poll(focused).toBe('Depth from a photo: open')
  await page.keyboard.press('ArrowRight')
  await expect.poll(focused).toBe('Depth from a photo: Add to this graph')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowDown')
  await expect.poll(focused).toBe('Steps compared side by side: open')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await expect.poll(nodes).toBe(2 * first)
  await expect.poll(() => status(page).textContent()).toBe(`Added ${first} nodes of Depth from a photo to this graph.`)
  // It is brought into view.
  const seen = async () => {
    const [canvas, added] = await Promise.all(
      ['#canvas', '[data-node="decode-2"]'].map((selector) => page.locator(selector).boundingBox()),
    )
    return canvas && added && added.x > canvas.x && added.x + added.width < canvas.x + canvas.width
  }
  await expect.poll(seen).toBe(true)
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await expect.poll(nodes).toBe(first)

  await page.getByRole('button', { name: 'Examples' }).click()
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    gallery().getByRole('button', { name: 'Add a file to this graph…' }).click(),
  ])
  await chooser.setFiles(join(FOLDER, 'two-colorize.json'))
  await expect.poll(() => status(page).textContent()).toMatch(/^Added 14 nodes of Two ways to colour one depth/)
  expect(await page.getByRole('tab').count()).toBe(1)
})

it('opens each for the embedded checkpoint without a problem, waits for Run, and leaves the old graph in its tab', async () => {
  const titleField = page.getByRole('textbox', { name: 'Graph title' })
  await titleField.fill('Mine')
  await titleField.press('Enter')
  for (const { title, nodes } of ready) {
    await choose(title)
    await expect.poll(() => status(page).textContent()).toBe(`Opened ${title}. Press Run to compute it.`)
    expect(await titleField.inputValue()).toBe(title)
    await expect.poll(() => page.locator('[data-node]').count(), { message: title }).toBe(nodes.length)
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await finished(page)
    expect(await page.getByRole('alert').count(), title).toBe(0)
    const picture = page.getByRole('region', { name: 'Viewer' }).getByRole('img').first()
    await expect
      .poll(() => picture.evaluate((it) => (it as HTMLCanvasElement).width), { message: title })
      .toBeGreaterThan(100)
    await page.getByRole('tab', { name: 'Mine', exact: true }).click()
    await expect.poll(() => titleField.inputValue()).toBe('Mine')
  }
})

it.each(others.map(({ title }) => title))(
  '%s says which checkpoint it needs, and downloads none by itself',
  async (title) => {
    const asked: string[] = []
    page.on('request', (request) => void (request.url().includes('huggingface') && asked.push(request.url())))
    await choose(title)
    await expect.poll(() => status(page).textContent()).toMatch(/^Opened/)
    // Without a run.
    const loader = page.getByRole('group', { name: 'Load Checkpoint', exact: true })
    await loader.getByRole('button', { name: /^Download \(about [\d.]+ GB\)…$/ }).waitFor({ timeout: 60_000 })
    await loader.getByText('is not in this browser yet.').first().waitFor()
    // One that is here predicts something else: its decoder says so.
    await loader.getByRole('combobox').selectOption('marigold-nano')
    const said = /predicts depth, not [^.]+\.\s*Choose a checkpoint for .+ in Load Checkpoint/
    await page
      .getByRole('group', { name: /^Decode / })
      .getByText(said)
      .waitFor({ timeout: 60_000 })
    expect(asked).toEqual([])
  },
)

it('one of which everything is computed already is opened without a run as well', async () => {
  const open = async () => {
    await page.getByRole('button', { name: 'Examples' }).click()
    await page.getByRole('menuitem', { name: /^Marigold as one node/ }).click()
    await expect.poll(() => status(page).textContent()).toMatch(/^Opened Marigold as one node/)
  }
  await open()
  await page.getByRole('banner').getByRole('button', { name: 'Run', exact: true }).click()
  await finished(page)
  // Worked on, so that it keeps its tab.
  await page.getByRole('group', { name: 'Colorize', exact: true }).getByRole('switch', { name: 'Invert' }).click()
  await finished(page)
  await open()
  await page.waitForTimeout(1500)
  expect(await status(page).textContent()).toMatch(/^Opened Marigold as one node/)
  expect(await page.getByRole('tab').count()).toBe(2)
})
