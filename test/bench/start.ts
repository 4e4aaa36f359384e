/**
 * How soon the page answers: the built page from a local server in a fresh Chromium profile, cold cache, from the address
 * until its main thread has been quiet (no task over 50 ms) for half a second with the toolbar there; the end of the last
 * long task before that is when it is interactive. The example's run, which goes on in a Worker, does not count. Median of
 * several rounds. From the repository's root, on a machine with nothing else to do:
 *
 *   npm run build
 *   npx esbuild test/bench/start.ts --bundle --platform=node --format=esm --packages=external --outfile=node_modules/.cache/start.mjs
 *   node node_modules/.cache/start.mjs [--rounds 5]
 */
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { preview } from 'vite'
import { chromiumArguments, findChromium } from '../e2e/support/chromium.ts'
import { firstScript, gzipped } from '../e2e/support/first-script.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })

interface Start {
  /** First pixels of the editor. */
  readonly painted: number
  /** Run is there and enabled. */
  readonly there: number
  readonly interactive: number
}

/** Notes long tasks and when Run can first be pressed. */
function watch(): void {
  const noted = { there: 0, busy: 0 }
  Object.assign(globalThis, { noted })
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) noted.busy = Math.max(noted.busy, startTime + duration)
  }).observe({ type: 'longtask', buffered: true })
  const seen = new MutationObserver(() => {
    const run = [...document.querySelectorAll('button')].find((button) => button.textContent?.trim().startsWith('Run'))
    if (!run || run.disabled) return
    noted.there = performance.now()
    seen.disconnect()
  })
  seen.observe(document, { subtree: true, childList: true, attributes: true })
}

async function once(url: string): Promise<Start> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArguments({ webgpu: 'none' }) })
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.addInitScript(watch)
    await page.goto(url)
    return await page.evaluate(async () => {
      const { noted } = globalThis as unknown as { noted: { there: number; busy: number } }
      while (noted.there === 0 || performance.now() < Math.max(noted.there, noted.busy) + 500)
        await new Promise((resolve) => setTimeout(resolve, 50))
      const painted = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN
      return { painted, there: noted.there, interactive: Math.max(noted.there, noted.busy) }
    })
  } finally {
    await browser.close()
  }
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? NaN

const server = await preview({ preview: { port: 0, open: false } })
const url = server.resolvedUrls?.local[0] ?? ''
const starts: Start[] = []
for (let round = 0; round < Number(values.rounds); round++) starts.push(await once(url))
await server.close()
const bytes = firstScript(join(process.cwd(), 'dist/page')).reduce((sum, path) => sum + gzipped(path), 0)
console.info(`${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1) ?? '?'}, ${starts.length} rounds`)
console.info(`first script ${(bytes / 1000).toFixed(1)} kB gzipped`)
for (const moment of ['painted', 'there', 'interactive'] as const) {
  const ms = starts.map((start) => start[moment])
  console.info(
    `${moment.padEnd(12)} median ${median(ms).toFixed(0)} ms (${ms.map((value) => value.toFixed(0)).join(', ')})`,
  )
}
