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
  { screen: 'telephone', again: true },
)

const bar = () => page.getByRole('banner')
const menu = () => page.getByRole('dialog', { name: 'Menu' })
const openMenu = () => bar().getByRole('button', { name: 'Menu' }).tap()

/** What is wrong with where the toolbar's buttons and fields lie. */
const faults = () =>
  bar().evaluate((header) => {
    const name = (one: Element) => one.getAttribute('aria-label') ?? one.textContent?.trim() ?? ''
    const parts = [...header.querySelectorAll<HTMLElement>('button, input:not([role=switch]), label')]
    const boxes = parts.map((part) => ({ name: name(part), box: part.getBoundingClientRect() }))
    const found: string[] = []
    const { height } = header.getBoundingClientRect()
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways')
    if (height > 56) found.push(`the toolbar is ${height} pixels high`)
    boxes.forEach(({ name, box }, at) => {
      if (box.left < 0 || box.right > innerWidth) found.push(`${name} is cut off`)
      if (box.height < 38 || box.width < 38) found.push(`${name} is too small for a finger`)
      const before = boxes[at - 1]
      if (before && before.box.right > box.left) found.push(`${name} lies over ${before.name}`)
    })
    for (const part of parts) if (part.scrollWidth > part.clientWidth + 1) found.push(`${name(part)} is clipped`)
    return found
  })

it.each([
  [320, 640],
  [360, 740],
  [681, 900],
  [768, 1024],
  [1024, 768],
  [1421, 900],
])('the toolbar is one row of whole buttons that fingers meet on %i × %i pixels', async (width, height) => {
  await page.setViewportSize({ width, height })
  await expect.poll(faults).toEqual([])
  expect(await bar().getByRole('button', { name: 'Run' }).isVisible()).toBe(true)
  // Beside each other only where both have room.
  const [canvas, viewer] = await Promise.all(
    [page.getByRole('application', { name: 'Graph canvas' }), page.getByRole('region', { name: 'Viewer' })].map(
      (part) => part.boundingBox(),
    ),
  )
  expect(Math.min(canvas?.width ?? 0, viewer?.width ?? 0)).toBeGreaterThanOrEqual(300)
})

it('what the toolbar has no room for is in its menu: the title, Live, what computes, and an example that is opened', async () => {
  await page.setViewportSize({ width: 360, height: 740 })
  await openMenu()
  expect(await violations(page)).toEqual([])
  const box = await menu().boundingBox()
  expect([box && box.x >= 0 && box.x + box.width <= 360, box && box.y + box.height <= 740]).toEqual([true, true])
  await menu().getByRole('switch', { name: 'Live' }).uncheck()
  await menu().getByRole('textbox', { name: 'Graph title' }).fill('Mine')
  await menu()
    .getByRole('button', { name: /^WebAssembly/ })
    .tap()
  await page.getByRole('dialog', { name: 'What computes' }).getByRole('button', { name: 'Close' }).tap()
  await expect.poll(() => page.getByRole('tab', { selected: true }).textContent()).toBe('Mine')
  await menu().getByRole('button', { name: 'Examples' }).tap()
  const gallery = page.getByRole('dialog', { name: 'Examples' })
  expect(await violations(page)).toEqual([])
  await gallery.getByText('Marigold as one node', { exact: true }).tap()
  await node(page, 'Marigold').waitFor()
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
})
