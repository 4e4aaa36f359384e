/**
 * A checkpoint of released size in the page, on the machine's graphics card: in the built page in Chromium, from Run until the depth
 * of a photo of 768×576 is there. The first run reads, uploads and compiles; the next has another seed. The checkpoint is the one
 * of `npm run test:full`, whose weights are random: only times mean something.
 *
 *   npm run build
 *   npx esbuild test/bench/page-full-size.ts --bundle --platform=node --format=esm --packages=external --outfile=node_modules/.cache/page-full-size.mjs
 *   node node_modules/.cache/page-full-size.mjs [folder .cache/synthetic-full] [steps 10] [members 1] [picture.png]
 */
import { chromium } from 'playwright-core'
import sharp from 'sharp'
import { preview } from 'vite'
import { chromiumArguments, findChromium } from '../e2e/support/chromium.ts'

const [folder = '.cache/synthetic-full', steps = '10', members = '1', picture] = process.argv.slice(2)
const server = await preview({ root: '.', build: { outDir: 'dist/page' }, preview: { port: 0, open: false } })
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: chromiumArguments({ webgpu: 'card' }),
})
try {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.on('pageerror', (error) => console.log(error.message))
  await page.goto(server.resolvedUrls?.local[0] ?? '')
  const status = page.getByRole('status')
  const finished = () => status.getByText('Finished in').waitFor({ timeout: 300_000 })
  await finished()
  console.log(`On ${await page.evaluate(adapter)}, the embedded checkpoint: ${await status.innerText()}`)
  await page.getByRole('switch', { name: 'Live' }).uncheck()
  const node = (name: string) => page.getByRole('group', { name, exact: true })
  const set = async (name: string, field: string, value: string) => {
    const input = node(name).getByRole('spinbutton', { name: field, exact: true })
    await input.fill(value)
    await input.press('Enter')
  }
  const photo = await sharp('examples/images/temple.jpg').resize(768, 576, { fit: 'fill' }).png().toBuffer()
  await node('Load Image')
    .locator('input[type=file]')
    .setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: photo })
  await set('Fit to Resolution', 'Resolution', '768')
  await set('DDIM Denoise', 'Steps', steps)
  await set('Noise Init', 'Members', members)
  await node('Load Checkpoint').locator('input[webkitdirectory]').setInputFiles(folder)
  // Run would take the one before until it is chosen.
  const chosen = node('Load Checkpoint').locator('option:checked[value^="folder:"]')
  await chosen.waitFor({ state: 'attached', timeout: 60_000 })
  for (const seed of ['1', '2', '3']) {
    await set('Noise Init', 'Seed', seed)
    const start = performance.now()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await status
      .getByText(/^(?!.*Finished in)/)
      .waitFor({ timeout: 20_000 })
      .catch(() => undefined)
    await finished()
    console.log(`seed ${seed}: ${((performance.now() - start) / 1000).toFixed(2)} s; ${await status.innerText()}`)
  }
  if (picture !== undefined) await page.screenshot({ path: picture })
} finally {
  await browser.close()
  await server.close()
}

async function adapter(): Promise<string> {
  const found = await navigator.gpu.requestAdapter()
  if (!found) return 'no adapter'
  return `${found.info.vendor} ${found.info.architecture} ${found.info.device} ${found.info.description}, ${found.features.has('shader-f16') ? 'with' : 'without'} shader-f16`
}
