import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { node } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

let page: Page
eachPage((opened) => {
  page = opened
})

const title = (of: Page) => of.getByRole('textbox', { name: 'Graph title' })
const undo = (of: Page) => of.getByRole('button', { name: 'Undo' })

async function rename(of: Page, to: string): Promise<void> {
  await title(of).fill(to)
  await title(of).press('Enter')
}

async function another(): Promise<Page> {
  const opened = await page.context().newPage()
  await opened.goto(page.url())
  await node(opened, 'Load Image').waitFor({ timeout: 60_000 })
  return opened
}

/** The process of the page ends, as by a crash. Nothing in it is told. */
async function kill(of: Page): Promise<void> {
  const session = await of.context().newCDPSession(of)
  const crashed = new Promise((resolve) => of.once('crash', resolve))
  session.send('Page.crash').catch(() => undefined)
  await crashed
}

it('twenty kills at random moments lose at most 350 ms of edits', async () => {
  let open = page
  let edits = 0
  let kept = 0
  for (let round = 0; round < 20; round++) {
    const until = Date.now() + 30 + ((round * 337) % 1200)
    const done: (readonly [number: number, at: number])[] = []
    while (Date.now() < until) {
      await rename(open, `Edit ${++edits}`)
      done.push([edits, Date.now()])
    }
    const end = Date.now()
    await kill(open)
    const before = open
    open = await another()
    await before.close()
    const shown = Number((await title(open).inputValue()).replace(/^Edit /, ''))
    const due = Math.max(kept, ...done.filter(([, at]) => at <= end - 350).map(([number]) => number))
    expect(shown || 0, `round ${round}`).toBeGreaterThanOrEqual(due)
    if (shown > kept) kept = shown
  }
  // It did something.
  expect(edits).toBeGreaterThan(25)
  expect(kept).toBeGreaterThan(15)
  // Crashed over and over, it does not run by itself, and says so.
  await open.getByRole('alert').filter({ hasText: 'does not run by itself now' }).waitFor()
  expect(await open.getByRole('switch', { name: 'Live' }).isChecked()).toBe(false)
})

it('a reload at once after an edit loses nothing; the first edit, and nothing before, asks the browser to keep it', async () => {
  await page.addInitScript(() => {
    const asked = { times: Number(sessionStorage.getItem('asked') ?? 0) }
    navigator.storage.persist = async () => {
      sessionStorage.setItem('asked', String(++asked.times))
      return false
    }
  })
  const asked = () => page.evaluate(() => sessionStorage.getItem('asked'))
  await page.reload()
  await node(page, 'Load Image').waitFor({ timeout: 60_000 })
  expect(await asked()).toBeNull()
  // The first is a snapshot of all, the others are lines of the journal.
  for (const edit of ['First', 'Second', 'Third', 'Fourth']) {
    // As where the page goes before IndexedDB has done it.
    if (edit !== 'Second') await page.evaluate(() => (IDBTransaction.prototype.commit = IDBTransaction.prototype.abort))
    await rename(page, edit)
    await page.reload()
    await expect.poll(() => title(page).inputValue(), { timeout: 60_000 }).toBe(edit)
  }
  expect(await asked()).toBe('1')
  await undo(page).click()
  await expect.poll(() => title(page).inputValue()).toBe('Third')
})

it('undo goes back beyond a reload, to the start', async () => {
  const members = () => node(page, 'Noise Init').getByLabel('Members', { exact: true })
  const first = await members().inputValue()
  for (const value of ['3', '4']) {
    await members().fill(value)
    await members().press('Enter')
  }
  await page.reload()
  await expect.poll(() => members().inputValue(), { timeout: 30_000 }).toBe('4')
  await undo(page).click()
  await expect.poll(() => members().inputValue()).toBe('3')
  await undo(page).click()
  await expect.poll(() => members().inputValue()).toBe(first)
  expect(await undo(page).isDisabled()).toBe(true)
  await page.reload()
  await expect.poll(() => members().inputValue(), { timeout: 30_000 }).toBe(first)
  await page.getByRole('button', { name: 'Redo' }).click()
  await expect.poll(() => members().inputValue()).toBe('3')
})

it('a second window opens a copy and says so; neither overwrites the other', async () => {
  await rename(page, 'Mine')
  const second = await (async () => {
    // It is written within a quarter of a second.
    await page.waitForTimeout(400)
    return another()
  })()
  await second.getByRole('alert').filter({ hasText: '“Mine” is open in another window. This is a copy' }).waitFor()
  await rename(second, 'The other')
  await rename(page, 'Mine again')
  await second.close({ runBeforeUnload: false })
  await page.reload()
  await expect.poll(() => title(page).inputValue(), { timeout: 30_000 }).toMatch(/^(Mine again|The other)$/)
})

it('a storage that cannot be had is said; the graph works all the same', async () => {
  const denied = await page.context().newPage()
  await denied.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', {
      value: { open: () => { throw new DOMException('denied by policy', 'SecurityError') } }, // prettier-ignore
    })
  })
  await denied.goto(page.url())
  await denied.getByRole('alert').filter({ hasText: 'Edits cannot be kept in this browser' }).waitFor()
  await rename(denied, 'Works')
  await expect.poll(() => undo(denied).isEnabled()).toBe(true)
})

it('graphs are open in tabs, by mouse and keyboard; what was closed comes back, now and from the list', async () => {
  const tab = (name: string) =>
    page.getByRole('tablist', { name: 'Open graphs' }).getByRole('tab', { name, exact: true })
  await rename(page, 'Mine')
  await page.getByRole('button', { name: 'Examples' }).click()
  await page.getByRole('menuitem', { name: 'One step from zeros' }).click()
  await expect.poll(() => tab('One step from zeros').getAttribute('aria-selected')).toBe('true')
  await tab('One step from zeros').focus()
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => title(page).inputValue()).toBe('Mine')
  await page.keyboard.press('Delete')
  await expect.poll(() => tab('Mine').count()).toBe(0)
  await page.getByRole('button', { name: 'Reopen it' }).click()
  await expect.poll(() => title(page).inputValue()).toBe('Mine')
  expect(await undo(page).isEnabled()).toBe(true)
  await page.getByRole('button', { name: 'Close Mine' }).click()
  await expect.poll(() => tab('Mine').count()).toBe(0)
  await page.waitForTimeout(300)
  await page.reload()
  await tab('One step from zeros').waitFor()
  await page.getByRole('button', { name: 'Earlier graphs' }).click()
  await page.getByRole('group', { name: 'Closed' }).getByRole('menuitem', { name: 'Mine' }).click()
  await expect.poll(() => title(page).inputValue()).toBe('Mine')
  expect(await violations(page)).toEqual([])
})
