import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished, node } from './support/editor-page.ts'
import { violations } from './support/violations.ts'
import { pixelsOf } from './support/pixels.ts'

let page: Page
eachPage(
  (opened) => {
    page = opened
    return finished(page)
  },
  { again: true },
)

const noise = () => node(page, 'Noise Init')
const seed = () => noise().getByRole('spinbutton', { name: 'Seed', exact: true })
const button = (name: string) => noise().getByRole('button', { name, exact: true })
/** What the noise looks like. */
const pixels = () => pixelsOf(noise().getByRole('img'))
const run = () => page.getByRole('banner').getByRole('button', { name: 'Run', exact: true }).click()

it('an open seed is new with each Run and with nothing else, and comes back from the list with its picture', async () => {
  expect(await button('Lock seed').getAttribute('aria-pressed')).toBe('true')
  const first = await pixels()
  await run()
  await finished(page)
  expect(await seed().inputValue()).toBe('2024')

  await button('Lock seed').click()
  await noise().getByRole('combobox', { name: 'Generator' }).selectOption('zeros')
  await noise().getByRole('combobox', { name: 'Generator' }).selectOption('torch-cpu')
  await expect.poll(pixels).toBe(first)
  expect(await seed().inputValue()).toBe('2024')

  await run()
  await expect.poll(() => seed().inputValue()).not.toBe('2024')
  const drawn = await seed().inputValue()
  await expect.poll(pixels).not.toBe(first)
  await finished(page)

  await button('Earlier seeds').click()
  const menu = page.getByRole('menu', { name: 'Earlier seeds' })
  await expect.poll(() => menu.getByRole('menuitem').allTextContents()).toEqual([`${drawn}this one`, '2024'])
  expect(await violations(page)).toEqual([])
  await menu.getByRole('menuitem', { name: '2024' }).click()
  await expect.poll(() => seed().inputValue()).toBe('2024')
  await expect.poll(pixels).toBe(first)

  await page.reload()
  await expect.poll(() => button('Lock seed').getAttribute('aria-pressed')).toBe('false')
  await button('Earlier seeds').click()
  await expect.poll(() => menu.getByRole('menuitem').allTextContents()).toEqual(['2024this one', drawn])
  await page.keyboard.press('Escape')

  const undo = page.getByRole('button', { name: 'Undo' })
  await undo.click()
  await expect.poll(() => seed().inputValue()).toBe(drawn)
  await undo.click()
  await expect.poll(() => seed().inputValue()).toBe('2024')
})
