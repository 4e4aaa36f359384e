import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eachPage } from './support/each-page.ts'
import { finished, node, status } from './support/editor-page.ts'
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
  // On a busy machine not every state is seen.
  expect(filled.some((names) => /^Member 1 of 4(,|$)/.test(names) && !names.includes('Member 4'))).toBe(true)
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

it('Ensemble Align shows its members and their spread as they finish, on the node and in the viewer, where one is chosen and all again', async () => {
  const align = node(page, 'Ensemble Align')
  const onNode = () => align.getByRole('group', { name: 'Members of the ensemble' })
  const thumbnails = () => onNode().getByRole('button').locator('canvas').count()
  expect(await onNode().count()).toBe(0)
  await ensemble(4)
  await align.getByRole('heading').click()
  const seen = new Set<string>()
  await expect
    .poll(
      async () => {
        const [here, there] = [await thumbnails(), await strip().getByRole('img').count()]
        seen.add(`${here} ${await status(page).textContent()}`)
        // The value that is made of all is in the viewer's strip too.
        return here === 4 && there === 5
      },
      { timeout: 60_000, interval: 20 },
    )
    .toBe(true)
  expect([...seen].join('; '), 'members came one by one, before the run had ended').toMatch(/[123] Running/)
  await finished(page)
  for (const where of [align, viewer()])
    await expect.poll(() => where.getByRole('img', { name: 'Spread of 4 members' }).count()).toBe(1)
  const all = strip().getByRole('radio', { name: 'All members as one' })
  expect(await all.isChecked()).toBe(true)
  await expect.poll(() => large().getAttribute('aria-label')).toMatch(/^Ensemble Align: depth map, \d/)
  const merged = await pixels()
  await member(2).click()
  await expect.poll(() => large().getAttribute('aria-label')).toContain('depth map, member 2 of 4')
  await expect.poll(pixels).not.toBe(merged)
  expect(await violations(page)).toEqual([])
  await all.click()
  await expect.poll(pixels).toBe(merged)
  await onNode().getByRole('button', { name: 'Show Member 3 of 4' }).click()
  expect(await member(3).isChecked()).toBe(true)
  await expect.poll(() => large().getAttribute('aria-label')).toContain('member 3 of 4')
  // Another node in between, and results that are there already.
  await node(page, 'Colorize').getByRole('heading').click()
  await expect.poll(() => strip().count()).toBe(0)
  expect(await thumbnails()).toBe(4)
  await page.reload()
  await expect.poll(thumbnails, { timeout: 60_000 }).toBe(4)
  await expect.poll(() => align.getByRole('img', { name: 'Spread of 4 members' }).count()).toBe(1)
  await expect.poll(() => align.locator('footer').textContent()).toContain('cached')
})
