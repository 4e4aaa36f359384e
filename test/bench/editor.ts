/**
 * How the editor bears large graphs: in the built page in Chromium, copies of the welcome graph side by side, their pictures
 * computed (equal nodes share their results). Told are the time from choosing the file until the canvas shows it, and the
 * 95th percentile of the time between two frames while the canvas is moved, one node is dragged, and all are dragged; beside
 * them that of an idle page, which the screen alone gives.
 *
 *   npm run build
 *   npx esbuild test/bench/editor.ts --bundle --platform=node --format=esm --packages=external --outfile=node_modules/.cache/editor.mjs
 *   node node_modules/.cache/editor.mjs [200 2000]
 */
import { readFile } from 'node:fs/promises'
import { chromium, type Page } from 'playwright-core'
import { preview } from 'vite'
import type { GraphDocument } from '../../src/graph/document.ts'
import { chromiumArguments, findChromium } from '../e2e/support/chromium.ts'
import { copies } from '../e2e/support/copies.ts'

const counts = process.argv.slice(2).map(Number)
const FRAMES = 90

/** Milliseconds from choosing the file to the second frame with all nodes. */
const open = (page: Page, text: string, count: number): Promise<number> =>
  page.evaluate(
    async ({ text, count }) => {
      const input = document.querySelector<HTMLInputElement>('input[type=file][accept*="json"]')
      if (!input) throw new Error('no file input')
      const files = new DataTransfer()
      files.items.add(new File([text], 'graph.json', { type: 'application/json' }))
      const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
      const start = performance.now()
      input.files = files.files
      input.dispatchEvent(new Event('change', { bubbles: true }))
      while (document.querySelectorAll('[data-node]').length < count) await frame()
      await frame()
      return (await frame()) - start
    },
    { text, count },
  )

/** The 95th percentile of the milliseconds between frames while a press at a place is moved in each of them. */
const dragged = (page: Page, at: { x: number; y: number } | undefined): Promise<number> =>
  page.evaluate(
    async ({ at, frames }) => {
      const send = (type: string, x: number, y: number, target: EventTarget) =>
        target.dispatchEvent(
          new PointerEvent(type, {
            bubbles: true,
            cancelable: true,
            clientX: x,
            clientY: y,
            button: 0,
            buttons: 1,
            pointerId: 1,
            pointerType: 'mouse',
            isPrimary: true,
          }),
        )
      const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
      const times: number[] = []
      const target = at && document.elementFromPoint(at.x, at.y)
      if (at && target) send('pointerdown', at.x, at.y, target)
      let last = await frame()
      for (let i = 0; i < frames; i++) {
        if (at) send('pointermove', at.x + 3 * i, at.y + 100 * Math.sin(i / 9), window)
        const now = await frame()
        times.push(now - last)
        last = now
      }
      if (at) send('pointerup', at.x, at.y, window)
      times.sort((a, b) => a - b)
      return times[Math.floor(times.length * 0.95)] ?? NaN
    },
    { at, frames: FRAMES },
  )

const said = (ms: number): string => `${ms.toFixed(1)} ms`

const server = await preview({ root: '.', preview: { port: 0, open: false }, logLevel: 'error' })
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArguments({ webgpu: 'none' }) })
try {
  const graph = JSON.parse(await readFile('examples/depth.json', 'utf8')) as GraphDocument
  for (const count of counts.length > 0 ? counts : [200, 2000]) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(server.resolvedUrls?.local[0] ?? '')
    await page.getByRole('status').getByText('Finished in').waitFor({ timeout: 300_000 })
    await page.waitForTimeout(1_000)
    const idle = await dragged(page, undefined)
    const opened = await open(page, copies(graph, count), count)
    await page.waitForTimeout(1_000)
    if (count <= 500) {
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      await page.getByRole('status').getByText('Finished in').waitFor({ timeout: 300_000 })
      await page.waitForTimeout(2_000)
    }
    await page.keyboard.press('Home')
    await page.waitForTimeout(1_000)
    const background = () =>
      page.evaluate(() => {
        const box = document.getElementById('canvas')?.getBoundingClientRect()
        for (let y = (box?.top ?? 0) + 8; y < (box?.bottom ?? 0); y += 8)
          for (let x = (box?.left ?? 0) + 8; x < (box?.right ?? 0); x += 8)
            if (document.elementFromPoint(x, y)?.id === 'canvas') return { x, y }
        throw new Error('no empty place on the canvas')
      })
    const panAll = await dragged(page, await background())
    await page.locator('#canvas').focus()
    for (let i = 0; i < 5; i++) await page.keyboard.press('+')
    await page.waitForTimeout(500)
    const pan = await dragged(page, await background())
    await page.keyboard.press('Home')
    await page.waitForTimeout(500)
    const heading = await page.evaluate(() => {
      for (const element of document.querySelectorAll('[data-node] h2')) {
        const box = element.getBoundingClientRect()
        const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
        if (document.elementFromPoint(at.x, at.y) === element) return at
      }
      return undefined
    })
    if (!heading) throw new Error('no node can be pressed')
    const one = await dragged(page, heading)
    await page.keyboard.press('Control+a')
    const all = await dragged(page, heading)
    process.stdout.write(
      `${count} nodes: open ${said(opened)}; frames (95th percentile): idle ${said(idle)}, move the canvas ${said(pan)}, ` +
        `all of it in view ${said(panAll)}, drag a node ${said(one)}, all nodes ${said(all)}\n`,
    )
    await page.close()
  }
} finally {
  await browser.close()
  await server.close()
}
