import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core'
import { expect, inject } from 'vitest'
import { chromiumArguments } from './chromium.ts'

export interface OpenPage {
  readonly page: Page
  /** Errors and warnings of the console, violations of the content security policy among them. */
  readonly complaints: readonly string[]
  close(): Promise<void>
}

const SCREENS = {
  computer: { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  telephone: { viewport: { width: 400, height: 800 }, hasTouch: true, colorScheme: 'dark' },
} as const

/** Chromium draws WebGL without a graphics card by copying it, and says that this is slow. */
const OWN = /GPU stall due to ReadPixels/

let browser: Promise<Browser> | undefined
/** Those of visitors who come again, by screen. */
const profiles = new Map<Screen, Promise<BrowserContext>>()

/** A computer's screen with a mouse, or a telephone. */
export type Screen = 'computer' | 'telephone'

export interface Visitor {
  readonly screen?: Screen
  /** Wants hints; everybody else was here before and does not. */
  readonly newcomer?: boolean
  /**
   * Has the results of earlier visits, also of other test files, and nothing else of them: graphs are there as soon as they
   * are opened. For tests of what is done with results, not of how they are computed.
   */
  readonly again?: boolean
}

/** A fresh page with nothing stored but what the visitor has; its catalogue loaded. */
export async function openEditor({ screen = 'computer', newcomer, again }: Visitor = {}): Promise<OpenPage> {
  const context = await (again ? profileOf(screen) : newContext(screen))
  const page = await context.newPage()
  if (!newcomer) await page.addInitScript(() => localStorage.setItem('marigold-hints', ''))
  if (again) await forget(page)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !OWN.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(inject('url'))
  await node(page, 'Load Image').waitFor({ timeout: 60_000 })
  return { page, complaints, close: () => (again ? leave(context) : context.close()) }
}

async function newContext(screen: Screen): Promise<BrowserContext> {
  browser ??= chromium.launch(LAUNCH())
  return (await browser).newContext({ ...SCREENS[screen], acceptDownloads: true })
}

function profileOf(screen: Screen): Promise<BrowserContext> {
  const folder = join(inject('profiles'), screen)
  const made =
    profiles.get(screen) ??
    chromium.launchPersistentContext(folder, { ...LAUNCH(), ...SCREENS[screen], acceptDownloads: true })
  profiles.set(screen, made)
  return made
}

const LAUNCH = () => ({ executablePath: inject('chromium'), args: chromiumArguments({ webgpu: 'none' }) })

/** All but the browser's own file system, where the results are. */
const FORGOTTEN = 'cookies,local_storage,indexeddb,cache_storage,service_workers'

async function forget(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  const { origin } = new URL(inject('url'))
  await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: FORGOTTEN })
  await devtools.detach()
}

async function leave(context: BrowserContext): Promise<void> {
  await context.clearPermissions()
  // The one that the browser was started with stays, so that it does not end.
  for (const page of context.pages().slice(1)) await page.close()
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close()
  for (const context of profiles.values()) await (await context).close()
}

export const node = (page: Page, title: string): Locator => page.getByRole('group', { name: title, exact: true })

export const socket = (page: Page, title: string, name: string, side: 'input' | 'output'): Locator =>
  node(page, title).getByRole('button', { name: new RegExp(`^${name}, ${side}`) })

export const status = (page: Page): Locator => page.getByRole('status')

/** Waits for the end of a run in which every node did what it was asked for. */
export const finished = (page: Page, timeout = 120_000): Promise<unknown> =>
  expect.poll(() => status(page).textContent(), { timeout }).toMatch(/^Finished in [^.]+(\.\d+)? \w+\.$/)

/** Waits for the end of the run, and lets edits start none. */
export async function atRest(page: Page): Promise<void> {
  await finished(page)
  await page.getByRole('switch', { name: 'Live' }).uncheck()
}

/** Adds a node by the palette's search. */
export async function addNode(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'Add node' }).click()
  await page.getByRole('combobox', { name: 'Search nodes' }).fill(title)
  await page
    .getByRole('option')
    .filter({ has: page.getByText(title, { exact: true }) })
    .click()
}

const centre = async (locator: Locator): Promise<{ x: number; y: number }> => {
  const box = await locator.boundingBox()
  if (!box) throw new Error('not on the screen')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** Presses on one thing, moves to another, and lets go there unless `hold`. */
export async function drag(
  page: Page,
  from: Locator,
  to: Locator | { x: number; y: number },
  hold = false,
): Promise<void> {
  const start = await centre(from)
  const end = 'boundingBox' in to ? await centre(to) : to
  await page.mouse.move(start.x, start.y)
  await page.mouse.down()
  await page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 4 })
  await page.mouse.move(end.x, end.y, { steps: 4 })
  if (!hold) await page.mouse.up()
}
