/**
 * The first depth map in a fresh page on a machine without a GPU, with where the time goes: the built page in a fresh
 * Chromium profile, from the address until the viewer shows the depth of the welcome graph, median of several rounds.
 * Several checkouts are opened in turn, so that the ratio of two of them is of one run. From the repository's root:
 *
 *   npm run build
 *   npx esbuild test/bench/first-depth.ts --bundle --platform=node --format=esm --packages=external --outfile=node_modules/.cache/first-depth.mjs
 *   node node_modules/.cache/first-depth.mjs [--rounds 7] [checkout, default .] [another checkout, built too]
 */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Page } from 'playwright-core'
import { preview } from 'vite'
import { chromiumArguments, findChromium } from '../e2e/support/chromium.ts'
import { spansOf, type Span, type TraceEvent } from './trace.ts'

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '7' } },
  allowPositionals: true,
})
const rounds = Number(values.rounds)
const checkouts = positionals.length > 0 ? positionals : ['.']

/** What the person waits for, in order: ms from the address. The next parts go on side by side with each other. */
const MOMENTS = ['page loaded', 'editor ready', 'picture visible', 'run finished'] as const

/** Marks the moments in the page. */
function watch(): void {
  const seen = new Set<string>()
  const mark = (name: string): void => {
    if (seen.has(name)) return
    seen.add(name)
    performance.mark(name)
  }
  addEventListener('load', () => mark('page loaded'))
  new MutationObserver(() => {
    if (document.querySelector('[role=group][aria-label="View"]')) mark('editor ready')
    if (document.querySelector('section[aria-label="Viewer"] canvas[aria-label^="View: "]')) {
      // Drawn in this frame, on the screen with the next.
      requestAnimationFrame(() => requestAnimationFrame(() => mark('picture visible')))
    }
    if (document.querySelector('[role=status]')?.textContent?.startsWith('Finished in')) mark('run finished')
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
}

async function once(url: string): Promise<readonly Span[]> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArguments({ webgpu: 'none' }) })
  try {
    const page: Page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.addInitScript(watch)
    await browser.startTracing(page, { categories: ['blink.user_timing', 'devtools.timeline'] })
    await page.goto(url)
    await page.getByRole('status').getByText('Finished in').waitFor({ timeout: 300_000 })
    await page
      .getByRole('region', { name: 'Viewer' })
      .getByRole('img', { name: /^View: / })
      .waitFor({ timeout: 60_000 })
    await page.waitForTimeout(300)
    const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: readonly TraceEvent[] }
    return spansOf(trace.traceEvents, url)
  } finally {
    await browser.close()
  }
}

const spans = new Map<string, Map<string, Span[]>>()
const servers = await Promise.all(
  checkouts.map((checkout) =>
    preview({ root: resolve(checkout), preview: { port: 0, open: false }, logLevel: 'error' }),
  ),
)
try {
  for (let round = 0; round < rounds; round++) {
    for (const [i, checkout] of checkouts.entries()) {
      const found = spans.get(checkout) ?? new Map<string, Span[]>()
      spans.set(checkout, found)
      for (const span of await once(servers[i]?.resolvedUrls?.local[0] ?? ''))
        found.set(span.name, [...(found.get(span.name) ?? []), span])
    }
  }
} finally {
  await Promise.all(servers.map((server) => server.close()))
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? NaN
const until = (checkout: string, name: string): number =>
  median((spans.get(checkout)?.get(name) ?? []).map(({ start, ms }) => start + ms))

console.log(`${availableParallelism()} processors, no GPU, ${rounds} rounds, medians in ms`)
for (const checkout of checkouts) {
  console.log(`\n${checkout}`)
  console.table(Object.fromEntries(MOMENTS.map((name) => [name, { after: Math.round(until(checkout, name)) }])))
  const parts = [...(spans.get(checkout) ?? [])].filter(([name]) => !MOMENTS.some((moment) => moment === name))
  const rows = parts.map(([name, found]) => ({
    part: name,
    start: Math.round(median(found.map(({ start }) => start))),
    ms: Math.round(median(found.map(({ ms }) => ms))),
  }))
  console.table(rows.filter(({ ms }) => ms >= 5).sort((a, b) => a.start - b.start))
}
const [first = '', ...others] = checkouts
for (const other of others) {
  const ratios = (spans.get(first)?.get('picture visible') ?? []).map(
    ({ start }, i) => start / (spans.get(other)?.get('picture visible')?.[i]?.start ?? NaN),
  )
  const shown = ratios.map((ratio) => ratio.toFixed(2)).join(', ')
  console.log(`\nfirst picture: ${first} / ${other} = ${median(ratios).toFixed(3)} (rounds: ${shown})`)
}
