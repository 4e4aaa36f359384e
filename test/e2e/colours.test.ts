import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished, node, status } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

let page: Page
eachPage(
  (opened) => {
    page = opened
    return finished(page)
  },
  { again: true },
)

const colorize = () => node(page, 'Colorize')
const hex = (name: string) => colorize().getByRole('textbox', { name, exact: true })
const picker = (name: string) => colorize().getByLabel(`Choose colour: ${name}`, { exact: true })
const choose = (option: string) =>
  colorize().getByRole('combobox', { name: 'Colours', exact: true }).selectOption({ label: option })
const undo = () => page.getByRole('button', { name: 'Undo' }).click()
/** As while the picker is dragged. */
const dragged = (name: string, colours: readonly string[]) =>
  picker(name).evaluate((input: HTMLInputElement, all) => {
    for (const colour of all) {
      input.value = colour
      input.dispatchEvent(new Event('input', { bubbles: true }))
    }
    input.dispatchEvent(new Event('change', { bubbles: true }))
  }, colours)
/** The most frequent colours of what the node shows are made of these channels only. */
const channelsUsed = () =>
  colorize()
    .getByRole('img')
    .evaluate((image: HTMLImageElement) => {
      const context = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext('2d')
      context?.drawImage(image, 0, 0)
      const data = context?.getImageData(0, 0, image.naturalWidth, image.naturalHeight).data ?? []
      const most = [0, 0, 0]
      data.forEach((value, i) => {
        if (i % 4 < 3) most[i % 4] = Math.max(most[i % 4] ?? 0, value)
      })
      return most.map((value) => value > 40)
    })

it('custom colours are asked for only where they count, typed as hex, and colour the picture', async () => {
  expect(await hex('Near').count()).toBe(0)
  await choose('Three custom')
  await hex('Middle').waitFor()
  await choose('Two custom')
  await expect.poll(() => hex('Middle').count()).toBe(0)
  await hex('Near').fill('#F00')
  await hex('Near').press('Enter')
  await hex('Far').fill('000000')
  await hex('Far').press('Tab')
  await expect.poll(() => hex('Near').inputValue()).toBe('#ff0000')
  await expect.poll(() => hex('Far').inputValue()).toBe('#000000')
  expect(await picker('Near').inputValue()).toBe('#ff0000')
  await expect.poll(channelsUsed, { timeout: 20_000 }).toEqual([true, false, false])
  expect(await violations(page)).toEqual([])

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save', exact: true }).click(),
  ])
  expect(await readFile(await download.path(), 'utf8')).toContain('"near": "#ff0000"')
})

it('what is no colour is marked and said, and changes nothing; an empty field and a double-click are the default', async () => {
  await choose('Two custom')
  await hex('Near').fill('orange')
  expect(await hex('Near').getAttribute('aria-invalid')).toBe('true')
  await hex('Near').press('Enter')
  await expect.poll(() => status(page).textContent()).toBe('“orange” is no colour. Type one as #ff8800.')
  await expect.poll(() => hex('Near').inputValue()).toBe('#ffe08a')
  await hex('Near').fill('123456')
  await hex('Near').press('Enter')
  await expect.poll(() => hex('Near').inputValue()).toBe('#123456')
  await colorize().getByText('Near', { exact: true }).dblclick()
  await expect.poll(() => hex('Near').inputValue()).toBe('#ffe08a')
  await undo()
  await expect.poll(() => hex('Near').inputValue()).toBe('#123456')
  await hex('Near').fill('')
  await hex('Near').press('Enter')
  await expect.poll(() => hex('Near').inputValue()).toBe('#ffe08a')
})

it('the picker dragged through colours is one undo step, each time, and is reached by keyboard', async () => {
  await choose('Two custom')
  await dragged('Far', ['#000011', '#000022', '#000033'])
  await expect.poll(() => hex('Far').inputValue()).toBe('#000033')
  await dragged('Far', ['#111111', '#222222'])
  await undo()
  await expect.poll(() => hex('Far').inputValue()).toBe('#000033')
  await undo()
  await expect.poll(() => hex('Far').inputValue()).toBe('#1b1464')
  await hex('Far').focus()
  await page.keyboard.press('Tab')
  await expect.poll(() => picker('Far').evaluate((input) => input === document.activeElement)).toBe(true)
})

it('a starred colour stands in the form while it counts', async () => {
  await choose('Two custom')
  await colorize().getByRole('button', { name: 'Star Near', exact: true }).click()
  await colorize().getByRole('button', { name: 'Star Colours', exact: true }).click()
  await page.getByRole('button', { name: 'Form', exact: true }).click()
  const form = page.getByRole('region', { name: 'Form', exact: true })
  const near = form.getByRole('textbox', { name: 'Near', exact: true })
  await near.fill('#00ff00')
  await near.press('Enter')
  await expect.poll(() => form.getByLabel('Choose colour: Near').inputValue()).toBe('#00ff00')
  await form.getByRole('combobox', { name: 'Colours' }).selectOption('viridis')
  await expect.poll(() => near.count()).toBe(0)
})
