import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page, Route } from 'playwright-core'
import { faultHub, type FaultHub } from '../../weights/hub/support/fault-hub.ts'

/** A server that has a folder of this machine as a repository, as the Hub has it. */
export async function hubOf(folder: string, repository: string): Promise<FaultHub> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => /\.(json|safetensors)$/.test(path))
  const files = await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path))] as const))
  return faultHub(new Map(files), {}, repository)
}

/**
 * The page finds this server where it looks for the Hub, and the file of the empty prompt nowhere. Returns the addresses
 * that it asked for, in order.
 */
export async function answerAsHub(page: Page, hub: () => FaultHub): Promise<readonly string[]> {
  const requests: string[] = []
  await page.context().route('https://raw.githubusercontent.com/**', async (route: Route) => {
    requests.push(route.request().url())
    await route.fulfill({ status: 404, headers: { 'Access-Control-Allow-Origin': '*' } })
  })
  await page.context().route('https://huggingface.co/**', async (route: Route) => {
    requests.push(route.request().url())
    const url = route.request().url().replace('https://huggingface.co', hub().host)
    await route.fulfill({ response: await route.fetch({ url, maxRedirects: 0 }) })
  })
  return requests
}
