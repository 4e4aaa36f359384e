/**
 * How long a change of colours takes to reach the screen: in the built page in Chromium, with a depth map of 768×576, from
 * the change of Colorize's colours until the viewer has drawn the map in them, thumbnails and plan included. Median and worst
 * of several edits, each to colours that were not shown before, beside one frame of the same page. Several folders of built pages
 * are measured by turns in one run, edit after edit.
 *
 *   npm run build
 *   npx esbuild test/bench/colour-edit.ts --bundle --platform=node --format=esm --packages=external --outfile=node_modules/.cache/colour-edit.mjs
 *   node node_modules/.cache/colour-edit.mjs [--card, to compute on the machine's graphics card] [dist/page other-build ...]
 */
import { chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { preview } from 'vite'
import { chromiumArguments, findChromium } from '../e2e/support/chromium.ts'

const [WIDTH, HEIGHT] = [768, 576]

/** Marks when a picture of full size was drawn, and is on the screen with the next frame. */
function watch(): void {
  const draw = CanvasRenderingContext2D.prototype.drawImage
  CanvasRenderingContext2D.prototype.drawImage = function (this: CanvasRenderingContext2D, ...given: unknown[]) {
    Reflect.apply(draw, this, given)
    if (this.canvas.closest('section[aria-label="Viewer"]') === null || this.canvas.width < 700) return
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('drawn')))
  } as typeof draw
}

const words = process.argv.slice(2)
const builds = words.filter((word) => word !== '--card')
if (builds.length === 0) builds.push('dist/page')
const webgpu = words.includes('--card') ? 'card' : 'none'
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArguments({ webgpu }) })

/** The built page with the photo and its depth in Spectral, when nothing is computed any more. */
async function open(outDir: string) {
  const server = await preview({ root: '.', build: { outDir }, preview: { port: 0, open: false }, logLevel: 'error' })
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  await page.addInitScript(watch)
  await page.goto(server.resolvedUrls?.local[0] ?? '')
  const finished = () => page.getByRole('status').getByText('Finished in').waitFor({ timeout: 300_000 })
  await finished()
  const photo = await sharp('examples/images/temple.jpg').resize(WIDTH, HEIGHT, { fit: 'fill' }).png().toBuffer()
  const load = page.getByRole('group', { name: 'Load Image', exact: true })
  await load.locator('input[type=file]').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: photo })
  await page
    .getByRole('region', { name: 'Viewer' })
    .getByRole('img', { name: new RegExp(`${WIDTH} × ${HEIGHT}`) })
    .waitFor({ timeout: 300_000 })
  await finished()
  return { outDir, server, page, colours: coloursOf(page), times: [] as number[] }
}

const coloursOf = (page: Page) =>
  page.getByRole('group', { name: 'Colorize', exact: true }).getByRole('combobox', { name: 'Colours' })

/** Milliseconds from the choice of colours to the frame that shows them. */
const change = (colours: ReturnType<typeof coloursOf>, option: string): Promise<number> =>
  colours.evaluate(async (element, value) => {
    const select = element as HTMLSelectElement
    performance.clearMarks('drawn')
    const start = performance.now()
    select.value = value
    select.dispatchEvent(new Event('change', { bubbles: true }))
    for (;;) {
      const [mark] = performance.getEntriesByName('drawn')
      if (mark !== undefined) return mark.startTime - start
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }, option)

const opened: Awaited<ReturnType<typeof open>>[] = []
try {
  for (const outDir of builds) opened.push(await open(outDir))
  const [first] = opened
  if (first === undefined) throw new Error('nothing to measure')
  await first.page.waitForTimeout(2_000)
  const options = await first.colours
    .locator('option')
    .evaluateAll((all) => all.map((each) => (each as HTMLOptionElement).value))
  const shown = await first.colours.inputValue()
  for (const option of options.filter((each) => each !== shown)) {
    for (const { page, colours, times } of opened) {
      await page.bringToFront()
      times.push(await change(colours, option))
      await page.waitForTimeout(700)
    }
  }
  for (const { outDir, page, times } of opened) {
    await page.bringToFront()
    const frame = await page.evaluate(async () => {
      const frames: number[] = []
      for (let i = 0; i < 30; i++) frames.push(await new Promise<number>((resolve) => requestAnimationFrame(resolve)))
      return ((frames.at(-1) ?? 0) - (frames[0] ?? 0)) / (frames.length - 1)
    })
    times.sort((a, b) => a - b)
    const median = times[Math.floor(times.length / 2)] ?? NaN
    process.stdout.write(
      `${outDir}: ${times.length} changes of colours, ${WIDTH}×${HEIGHT}: median ${median.toFixed(0)} ms, best ${(times[0] ?? NaN).toFixed(0)} ms, ` +
        `worst ${(times.at(-1) ?? NaN).toFixed(0)} ms; ${(median / frame).toFixed(1)} frames of ${frame.toFixed(1)} ms\n`,
    )
  }
} finally {
  await browser.close()
  for (const { server } of opened) await server.close()
}
