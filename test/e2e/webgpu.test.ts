import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decode } from 'fast-png'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import example from '../../examples/depth.json'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { chromiumArguments } from './support/chromium.ts'
import { finished, node } from './support/editor-page.ts'
import { pickerGives } from './support/folder-picker.ts'

/** SwiftShader computes on the processor: a small picture is enough to see every node on WebGPU. */
const RESOLUTION = 64
const FOLDER = join(ROOT, 'test/fixtures/checkpoints/tiny-ddim-trailing')

const small = {
  ...example,
  nodes: example.nodes.map((each) =>
    each.id === 'fit' ? { ...each, params: { ...each.params, resolution: RESOLUTION } } : each,
  ),
}

let browser: Browser
let page: Page
const complaints: string[] = []

// A page of its own for each try: one whose device has stalled answers nobody.
beforeEach(async () => {
  complaints.length = 0
  browser = await chromium.launch({
    executablePath: inject('chromium'),
    args: chromiumArguments({ webgpu: 'software' }),
  })
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, acceptDownloads: true })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  // the document of the last visit, as the editor keeps it
  await page.addInitScript((text) => localStorage.setItem('marigold-nodes/document', text), JSON.stringify(small))
  await page.goto(`${inject('url')}?backend=webgpu`)
  await node(page, 'Load Image').waitFor({ timeout: 60_000 })
})

afterEach(() => browser.close())

/** Runs on the page, and gives the depth that it offers for download. */
async function shown(): Promise<ArrayLike<number>> {
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await finished(page, 150_000)
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: /^Download depth\.png/ }).click()
  return decode(await readFile(await (await download).path())).data
}

/** The same by the command line on WebAssembly. */
async function written(...options: readonly string[]): Promise<ArrayLike<number>> {
  const folder = await mkdtemp(join(tmpdir(), 'marigold-'))
  try {
    const set = ['--set', `fit.resolution=${RESOLUTION}`, '--out', folder, '--backend', 'wasm', ...options]
    const command = ['src/app/cli/marigold.mjs', 'run', 'examples/depth.json', ...set]
    await promisify(execFile)(process.execPath, command, { cwd: ROOT })
    return decode(await readFile(join(folder, 'depth.png'))).data
  } finally {
    await rm(folder, { recursive: true })
  }
}

function expectAlike(a: ArrayLike<number>, b: ArrayLike<number>): void {
  expect(a.length).toBe(b.length)
  const differences = Array.from(a, (value, i) => Math.abs(value - (b[i] ?? 0)) / 65535)
  expect(differences.reduce((sum, d) => sum + d, 0) / differences.length).toBeLessThan(2e-3)
  expect(complaints).toEqual([])
}

it('makes on WebGPU, tensors on the GPU from node to node, the depth that WebAssembly makes', async () => {
  expect(await page.getByText(/\(WebGPU\)/).count()).toBe(1)
  expectAlike(await shown(), await written())
})

it('streams the weights of a folder on the disk to the GPU, and makes the depth that WebAssembly makes', async () => {
  await pickerGives(page, FOLDER)
  const card = node(page, 'Load Checkpoint')
  await card.getByRole('button', { name: 'Open a checkpoint folder…' }).click()
  const choice = card.getByRole('combobox', { name: 'Checkpoint' })
  await expect.poll(() => choice.inputValue(), { timeout: 20_000 }).toBe('folder:tiny-ddim-trailing')
  expectAlike(await shown(), await written('--checkpoint', FOLDER))
})
