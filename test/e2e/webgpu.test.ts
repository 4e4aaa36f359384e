import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decode } from 'fast-png'
import { chromium } from 'playwright-core'
import { expect, inject, it } from 'vitest'
import example from '../../examples/depth.json'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { chromiumArguments } from './support/chromium.ts'
import { finished, node } from './support/editor-page.ts'

/** SwiftShader computes on the processor: a small picture is enough to see every node on WebGPU. */
const RESOLUTION = 64

const small = {
  ...example,
  nodes: example.nodes.map((each) =>
    each.id === 'fit' ? { ...each, params: { ...each.params, resolution: RESOLUTION } } : each,
  ),
}

it('makes on WebGPU, tensors on the GPU from node to node, the depth that WebAssembly makes', async () => {
  const browser = await chromium.launch({
    executablePath: inject('chromium'),
    args: chromiumArguments({ webgpu: true }),
  })
  const folder = await mkdtemp(join(tmpdir(), 'marigold-'))
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, acceptDownloads: true })
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    // the document of the last visit, as the editor keeps it
    await page.addInitScript((text) => localStorage.setItem('marigold-nodes/document', text), JSON.stringify(small))
    await page.goto(`${inject('url')}?backend=webgpu`)
    await node(page, 'Load Image').waitFor({ timeout: 60_000 })
    expect(await page.getByText(/\(WebGPU\)/).count()).toBe(1)
    await page.getByRole('button', { name: 'Run' }).click()
    await finished(page, 150_000)
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: /^Download depth\.png/ }).click()
    const shown = decode(await readFile(await (await download).path()))

    const options = ['--set', `fit.resolution=${RESOLUTION}`, '--out', folder, '--backend', 'wasm']
    const command = ['src/app/cli/marigold.mjs', 'run', 'examples/depth.json', ...options]
    await promisify(execFile)(process.execPath, command, { cwd: ROOT })
    const written = decode(await readFile(join(folder, 'depth.png')))
    const differences = Array.from(shown.data, (value, i) => Math.abs(value - (written.data[i] ?? 0)) / 65535)
    expect(differences.length).toBe(written.data.length)
    expect(differences.reduce((sum, d) => sum + d, 0) / differences.length).toBeLessThan(2e-3)
    expect(complaints).toEqual([])
  } finally {
    await browser.close()
    await rm(folder, { recursive: true })
  }
})
