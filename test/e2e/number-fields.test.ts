import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished, node } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

let page: Page
eachPage(
  (opened) => {
    page = opened
    return finished(page)
  },
  { again: true },
)

it('a number takes a sum, steps by key, and comes back to its default, each as one undo step', async () => {
  const max = node(page, 'Colorize').getByRole('spinbutton', { name: 'Max', exact: true })
  await max.click()
  await max.fill('(3+1)/8')
  await max.press('Enter')
  await expect.poll(() => max.inputValue()).toBe('0.5')
  await max.press('ArrowDown')
  await max.press('Shift+ArrowDown')
  await expect.poll(() => max.inputValue()).toBe('0.39')
  await max.press('Tab')
  await max.click()
  await max.fill('0.4*')
  expect(await max.getAttribute('aria-invalid')).toBe('true')
  expect(await violations(page)).toEqual([])
  await max.press('Tab')
  await expect.poll(() => max.inputValue()).toBe('0.39')
  await node(page, 'Colorize').getByText('Max', { exact: true }).dblclick()
  await expect.poll(() => max.inputValue()).toBe('1')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => max.inputValue()).toBe('0.39')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => max.inputValue()).toBe('0.5')
  await max.click()
  await max.fill('')
  await max.press('Enter')
  await expect.poll(() => max.inputValue()).toBe('1')
})

it('what is left to the checkpoint, and seeds, take sums too; a slip is marked and changes nothing', async () => {
  const resolution = node(page, 'Fit to Resolution').getByRole('spinbutton', { name: 'Resolution', exact: true })
  await resolution.click()
  await resolution.fill('768/4')
  await resolution.press('Enter')
  await expect.poll(() => resolution.inputValue()).toBe('192')
  await resolution.press('ArrowUp')
  await expect.poll(() => resolution.inputValue()).toBe('200')
  await resolution.fill('')
  await resolution.press('Tab')
  await expect.poll(() => resolution.inputValue()).toBe('')
  await expect.poll(() => resolution.getAttribute('aria-valuetext')).toBe('auto')

  const seed = node(page, 'Noise Init').getByRole('spinbutton', { name: 'Seed', exact: true })
  await seed.click()
  await seed.fill('2^10+')
  expect(await seed.getAttribute('aria-invalid')).toBe('true')
  await seed.press('Tab')
  await expect.poll(() => seed.inputValue()).toBe('2024')
  await seed.fill('2^10+1')
  await seed.press('Enter')
  await expect.poll(() => seed.inputValue()).toBe('1025')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => seed.inputValue()).toBe('2024')
})
