import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import example from '../../examples/depth.json'
import { chromiumArguments } from './support/chromium.ts'
import { finished, node, status } from './support/editor-page.ts'

/** SwiftShader computes on the processor: a small picture is enough. */
const small = {
  ...example,
  nodes: example.nodes.map((each) =>
    each.id === 'fit' ? { ...each, params: { ...each.params, resolution: 64 } } : each,
  ),
}

let browser: Browser
let page: Page
const complaints: string[] = []

async function open(): Promise<Page> {
  const opened = await context.newPage()
  opened.on('pageerror', (error) => complaints.push(error.message))
  return opened
}

let context: BrowserContext
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: inject('chromium'),
    args: chromiumArguments({ webgpu: 'software' }),
  })
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await context.addInitScript((text) => {
    const key = 'marigold-nodes/document'
    if (localStorage.getItem(key) === null) localStorage.setItem(key, text)
  }, JSON.stringify(small))
  page = await open()
  await page.goto(`${inject('url')}?backend=webgpu`)
  await node(page, 'Load Image').waitFor({ timeout: 60_000 })
})
afterAll(async () => {
  await browser.close()
  expect(complaints).toEqual([])
})

const run = () => page.getByRole('button', { name: 'Run', exact: true }).click()
const foot = (title: string) => node(page, title).locator('footer').innerText()
const seed = (value: number) => node(page, 'Noise Init').getByLabel('Seed', { exact: true }).fill(String(value))

/** Names of the files of results by folder, where there are any. */
const keptResults = () =>
  page.evaluate(async () => {
    const found: Record<string, string[]> = {}
    for await (const [folder, handle] of (await navigator.storage.getDirectory()).entries()) {
      if (!folder.startsWith('results-') || !('keys' in handle)) continue
      for await (const name of (handle as FileSystemDirectoryHandle).keys())
        if (name !== 'costs') found[folder] = [...(found[folder] ?? []), name]
    }
    return found
  })

/** The graphics process dies, as when a driver is reset. The connection of the command may go with it. */
async function crashGpu(): Promise<void> {
  const session = await browser.newBrowserCDPSession()
  await session.send('Browser.crashGpuProcess').catch(() => undefined)
  await session.detach().catch(() => undefined)
}

it('a graphics process that dies is replaced; dear results come from where they are kept, and the graph is unchanged', async () => {
  await run()
  await finished(page, 150_000)
  await crashGpu()
  await expect.poll(() => status(page).textContent(), { timeout: 30_000 }).toContain('Your graph is unchanged.')
  expect(await node(page, 'DDIM Denoise').count()).toBe(1)
  await expect.poll(() => foot('DDIM Denoise'), { timeout: 30_000 }).toBe('cached')
  await run()
  await finished(page, 150_000)
})

it('a second loss during a run asks what to do, and the processor does what the card could not', async () => {
  await page.getByRole('switch', { name: 'Live' }).uncheck()
  await seed(11)
  await run()
  await expect.poll(() => page.getByRole('button', { name: 'Cancel' }).isEnabled()).toBe(true)
  await crashGpu()
  const alert = page.getByRole('alert').filter({ hasText: 'The graphics device was lost' })
  await alert.first().waitFor({ timeout: 60_000 })
  const buttons = alert.first().getByRole('group', { name: 'What can be done' }).getByRole('button')
  await expect.poll(() => buttons.allInnerTexts()).toEqual(['Run again', 'Resolution 48', 'Run on the processor'])
  await alert.first().getByRole('button', { name: 'Run on the processor' }).click()
  await finished(page, 150_000)
  expect(await alert.count()).toBe(0)
  expect(await foot('DDIM Denoise')).toMatch(/ m?s$/)
})

it('a page that dies comes back with its graph, its results and its choice of what computes', async () => {
  await page.evaluate(async () => {
    const older = await (
      await navigator.storage.getDirectory()
    ).getDirectoryHandle('results-0.0.1-wasm', { create: true })
    await older.getFileHandle('k-900-10', { create: true })
  })
  const session = await context.newCDPSession(page)
  const died = page.waitForEvent('crash')
  // Nobody is left to answer.
  session.send('Page.crash').catch(() => undefined)
  await died
  page = await open()
  await page.goto(inject('url'))
  await expect.poll(() => foot('DDIM Denoise'), { timeout: 60_000 }).toBe('cached')
  expect(await node(page, 'Noise Init').getByLabel('Seed', { exact: true }).inputValue()).toBe('11')
  await page.getByRole('button', { name: /WebAssembly/ }).click()
  const dialog = page.getByRole('dialog', { name: 'What computes' })
  expect(await dialog.getByRole('radio', { name: 'Processor' }).isChecked()).toBe(true)
  await dialog.getByText(/^Results kept for later visits: \d/).waitFor()
  await expect.poll(() => dialog.getByRole('button', { name: 'Clear results' }).isEnabled()).toBe(true)
  await dialog.getByRole('button', { name: 'Clear results' }).click()
  await dialog.getByText('Results kept for later visits: none').waitFor()
  // Those of the other backend are gone too, and since the start those of another version.
  expect(await keptResults()).toEqual({})
  await dialog.getByRole('button', { name: 'Close' }).click()
  await expect.poll(() => foot('DDIM Denoise')).not.toBe('cached')
})

it('two losses within seconds, after which the browser gives no adapter for a while, leave a page that computes', async () => {
  await page.goto(`${inject('url')}?backend=webgpu`)
  await page.getByRole('button', { name: /WebGPU/ }).waitFor({ timeout: 60_000 })
  await seed(12)
  await run()
  await expect.poll(() => page.getByRole('button', { name: 'Cancel' }).isEnabled()).toBe(true)
  await crashGpu()
  await page.waitForTimeout(1_000)
  await crashGpu()
  // Either the person was asked, or the run went on by itself on the processor.
  const ended = async () => {
    const alert = page.getByRole('alert').filter({ hasText: 'The graphics device was lost' })
    return (await alert.count()) > 0 || /^Finished/.test((await status(page).textContent()) ?? '')
  }
  await expect.poll(ended, { timeout: 120_000 }).toBe(true)
  expect(await node(page, 'Noise Init').getByLabel('Seed', { exact: true }).inputValue()).toBe('12')
  await run()
  await finished(page, 150_000)
})
