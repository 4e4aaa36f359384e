import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decode } from 'fast-png'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { eachPage } from './support/each-page.ts'
import { finished, node } from './support/editor-page.ts'

let page: Page
eachPage((opened) => (page = opened))

describe('the first start', () => {
  it('shows the depth of the example picture, made by the six nodes, without a click', async () => {
    await finished(page)
    for (const title of ['VAE Encode', 'Noise Init', 'DDIM Denoise', 'VAE Decode', 'Ensemble Align', 'Colorize']) {
      await expect.poll(() => node(page, title).getByRole('img').isVisible(), { message: title }).toBe(true)
    }
    expect(await distinctColours(page)).toBeGreaterThan(200)
  })

  it('makes the same depth as the command line', async () => {
    await finished(page)
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: /^Download depth\.png/ }).click()
    const shown = decode(await readFile(await (await download).path()))
    const folder = await mkdtemp(join(tmpdir(), 'marigold-'))
    try {
      const command = ['src/app/cli/marigold.mjs', 'run', 'examples/depth.json', '--out', folder, '--backend', 'wasm']
      await promisify(execFile)(process.execPath, command, { cwd: ROOT })
      const written = decode(await readFile(join(folder, 'depth.png')))
      expect([shown.width, shown.height, shown.depth]).toEqual([written.width, written.height, 16])
      // the browser and sharp may decode a JPEG a level apart
      const differences = Array.from(shown.data, (value, i) => Math.abs(value - (written.data[i] ?? 0)) / 65535)
      expect(differences.reduce((sum, d) => sum + d, 0) / differences.length).toBeLessThan(2e-3)
      const sorted = Uint16Array.from(shown.data).sort()
      expect((sorted.at(-1) ?? 0) - (sorted[0] ?? 0)).toBeGreaterThan(6000)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

it('runs one node and what shows it when only the colours change, and undo is drawn from the cache', async () => {
  await finished(page)
  await node(page, 'Colorize').getByRole('combobox', { name: 'Colours' }).selectOption('viridis')
  await expect.poll(() => node(page, 'DDIM Denoise').locator('footer').textContent()).toMatch(/cached/)
  await finished(page)
  for (const title of [
    'VAE Encode',
    'Noise Init',
    'DDIM Denoise',
    'VAE Decode',
    'Ensemble Align',
    'Match Image Size',
  ]) {
    expect(await node(page, title).locator('footer').textContent(), title).toMatch(/cached/)
  }
})

/** How many colours the viewer's canvas shows. */
const distinctColours = (at: Page): Promise<number> =>
  at
    .getByRole('region', { name: 'Viewer' })
    .getByRole('img', { name: /^View/ })
    .evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement
      const pixels = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data
      return new Set(new Uint32Array(pixels?.buffer ?? new ArrayBuffer(0))).size
    })
