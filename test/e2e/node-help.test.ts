import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { catalogue } from '../editor/support/catalogue.ts'
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

const info = (type: string) => {
  const found = catalogue.get(type)
  if (!found) throw new Error(`no ${type}`)
  return found
}

it('the page of a node says what its declaration does, with its picture from this graph', async () => {
  await node(page, 'Ensemble Align').getByRole('heading').click()
  await page.keyboard.press('F1')
  const sheet = page.getByRole('dialog', { name: 'Ensemble Align' })
  await sheet.waitFor()
  expect(await violations(page)).toEqual([])
  const { about, params, inputs, outputs, source = '' } = info('depth/ensemble-align')
  const text = (await sheet.textContent()) ?? ''
  const all = [...Object.values(params), ...Object.values(inputs), ...Object.values(outputs)]
  for (const said of [about, source, ...all.map((one) => one.about)]) expect(text).toContain(said)
  expect(text).toContain('0 to 4096 px, default 1024')
  expect(text).toContain('Auto, Scale and shift, Scale only; default Auto')
  await sheet
    .getByRole('img', { name: 'The node Ensemble Align; inputs: depth; outputs: depth, uncertainty' })
    .waitFor()
  await sheet.getByRole('img', { name: /^Ensemble Align: depth map/ }).waitFor()
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'hidden' })
})

it('opens from the node, from the quick add by key, and from the commands', async () => {
  await node(page, 'VAE Encode').getByRole('heading').click()
  await node(page, 'VAE Encode').getByRole('button', { name: 'Help on VAE Encode' }).click()
  await page.getByRole('dialog', { name: 'VAE Encode' }).getByRole('button', { name: 'Close' }).click()

  await page.keyboard.press('Shift+A')
  const search = page.getByRole('combobox', { name: 'Search nodes' })
  await search.fill('blend')
  await search.press('F1')
  await page.getByRole('dialog', { name: 'Blend Latents' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Blend Latents' }).waitFor({ state: 'hidden' })
  expect(await search.inputValue()).toBe('blend')
  await search.press('Escape')

  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search commands, nodes and examples' }).fill('help split')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Split Material' }).waitFor()
})
