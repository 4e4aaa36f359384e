import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished, node } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

let page: Page
eachPage((opened) => {
  page = opened
  return finished(page)
})

const viewer = () => page.getByRole('region', { name: 'Viewer' })
const strip = () => viewer().getByRole('radiogroup', { name: 'Members of the ensemble' })
const member = (number: number, of = 4) =>
  strip().getByRole('radio', { name: `Member ${number} of ${of}`, exact: true })
/** Names of the pictures in the strip: unfinished and outdated ones say so. */
const pictures = async () =>
  Promise.all((await strip().getByRole('img').all()).map((picture) => picture.getAttribute('aria-label')))
const spread = () => viewer().getByRole('img', { name: /^Spread of/ })
const large = () => viewer().getByRole('application').getByRole('img')
const pixels = (): Promise<string> => large().evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())

async function ensemble(members: number): Promise<void> {
  const field = node(page, 'Noise Init').getByRole('spinbutton', { name: 'Members', exact: true })
  await field.click()
  await field.fill(String(members))
  await field.press('Tab')
}

it('the strip fills while an ensemble runs, a member is chosen by click and by key, and the spread is beside it', async () => {
  expect(await strip().count()).toBe(0)
  await ensemble(4)
  await node(page, 'DDIM Denoise').getByRole('heading').click()
  const filled: string[] = []
  await expect
    .poll(
      async () => {
        const names = (await pictures().catch(() => [])).join(', ')
        if (names !== '' && filled.at(-1) !== names) filled.push(names)
        return names
      },
      { timeout: 60_000, interval: 20 },
    )
    .toBe('Member 1 of 4, Member 2 of 4, Member 3 of 4, Member 4 of 4')
  expect(filled).toContain('Member 1 of 4, Member 2 of 4')
  expect(filled.join('; ')).toMatch(/Member \d of 4, not finished/)
  await finished(page)
  await expect.poll(() => spread().getAttribute('aria-label')).toBe('Spread of 4 members')
  expect(await violations(page)).toEqual([])

  await node(page, 'VAE Decode').getByRole('heading').click()
  await expect.poll(async () => (await pictures()).length).toBe(4)
  await expect.poll(() => large().getAttribute('aria-label')).toContain('depth map, member 1 of 4')
  const first = await pixels()
  await member(1).press('ArrowRight')
  expect(await member(2).isChecked()).toBe(true)
  await expect.poll(() => large().getAttribute('aria-label')).toContain('member 2 of 4')
  expect(await pixels()).not.toBe(first)
  await member(1).click()
  await expect.poll(pixels).toBe(first)
})

it('members that are not wanted any more go, with the choice', async () => {
  await node(page, 'VAE Decode').getByRole('heading').click()
  await ensemble(3)
  await node(page, 'VAE Decode').getByRole('heading').click()
  await expect.poll(async () => (await pictures().catch(() => [])).length, { timeout: 60_000 }).toBe(3)
  await finished(page)
  await member(3, 3).check()
  await ensemble(2)
  await node(page, 'VAE Decode').getByRole('heading').click()
  await expect.poll(() => member(2, 2).isChecked()).toBe(true)
  await expect.poll(() => spread().getAttribute('aria-label')).toBe('Spread of 2 members')
  await expect.poll(() => large().getAttribute('aria-label')).toContain('member 2 of 2')
  await ensemble(1)
  await expect.poll(() => strip().count()).toBe(0)
})
