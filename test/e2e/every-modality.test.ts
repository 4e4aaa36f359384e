import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { EVERY_MODALITY, folderFor } from '../support/every-modality.ts'
import { eachPage } from './support/each-page.ts'
import { finished, node, status } from './support/editor-page.ts'

let page: Page
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marigold-'))
})
afterAll(() => rm(folder, { recursive: true }))
eachPage((opened) => {
  page = opened
  return finished(page)
})

it.each(EVERY_MODALITY)(
  '$graph: a folder as the Hub lays it out is picked, loaded and run to a picture',
  async (of) => {
    const { title } = JSON.parse(await readFile(join(ROOT, `examples/${of.graph}.json`), 'utf8')) as { title: string }
    await page.getByRole('button', { name: 'Examples' }).click()
    await page.getByRole('menuitem', { name: title }).click()
    await expect.poll(() => status(page).textContent()).toBe(`Opened ${title}. Press Run to compute it.`)
    await node(page, 'Fit to Resolution').getByRole('spinbutton', { name: 'Resolution' }).fill('64')
    // What diffusers' own checkpoint for tests does not say.
    await node(page, 'DDIM Denoise').getByRole('spinbutton', { name: 'Steps' }).fill('2')
    const card = node(page, 'Load Checkpoint')
    await card.locator('input[type=file]').setInputFiles(await folderFor(of, folder))
    await expect
      .poll(() => card.getByRole('combobox', { name: 'Checkpoint' }).inputValue(), { timeout: 20_000 })
      .toBe(`folder:${of.graph}`)
    await card.getByText(/^≈ [\d.]+ [kM]B of memory at 64 px$/).waitFor({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await finished(page)
    expect(await page.getByRole('alert').count()).toBe(0)
    for (const name of of.exports) await page.getByRole('link', { name: `Download ${name}` }).waitFor()
    const viewer = page.getByRole('region', { name: 'Viewer' }).getByRole('img').first()
    expect(await viewer.evaluate((it) => (it as HTMLCanvasElement).width)).toBeGreaterThan(64)
  },
)
