import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { eachPage } from './support/each-page.ts'
import { addNode, drag, node, socket, status } from './support/editor-page.ts'

let page: Page
eachPage(
  async (opened) => {
    page = opened
    const live = page.getByRole('switch', { name: 'Live' })
    await live.uncheck()
  },
  { again: true },
)

const undo = () => page.getByRole('button', { name: 'Undo' })
const redo = () => page.getByRole('button', { name: 'Redo' })

describe('nodes', () => {
  it('are added from the palette, deleted by key, and come back by undo', async () => {
    await addNode(page, 'Export')
    const added = node(page, 'Export').last()
    await expect.poll(() => added.isVisible()).toBe(true)
    const count = await node(page, 'Export').count()
    await added.focus()
    await page.keyboard.press('Delete')
    await expect.poll(() => node(page, 'Export').count()).toBe(count - 1)
    await undo().click()
    await expect.poll(() => node(page, 'Export').count()).toBe(count)
    await undo().click()
    await expect.poll(() => node(page, 'Export').count()).toBe(count - 1)
    await redo().click()
    await expect.poll(() => node(page, 'Export').count()).toBe(count)
  })

  it('are found by keyboard alone', async () => {
    await page.getByRole('application', { name: 'Graph canvas' }).focus()
    await page.keyboard.press('Space')
    await page.keyboard.type('zzz')
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.keyboard.press('Space')
    await page.keyboard.type('colrz')
    await page.keyboard.press('Enter')
    await expect.poll(() => status(page).textContent()).toBe('Added Colorize.')
  })

  it('are not asked for by Shift+A while something is typed or chosen, but elsewhere', async () => {
    const denoise = node(page, 'DDIM Denoise')
    const fields = [
      page.getByRole('textbox', { name: 'Graph title' }),
      node(page, 'Load Image').getByRole('combobox', { name: 'Picture' }),
      node(page, 'Export').first().getByRole('textbox', { name: 'Name' }),
      denoise.getByRole('spinbutton', { name: 'Steps', exact: true }),
      node(page, 'Colorize').getByRole('switch', { name: 'Invert' }),
    ]
    for (const field of fields) {
      await field.focus()
      await page.keyboard.press('End')
      await page.keyboard.press('Shift+A')
      expect(await page.getByRole('dialog').count()).toBe(0)
    }
    expect(await fields[0]?.inputValue()).toMatch(/A$/)
    await denoise.focus()
    await page.keyboard.press('Shift+A')
    await expect.poll(() => page.getByRole('dialog', { name: 'Add node' }).count()).toBe(1)
  })

  it('lie over the others once something on them is pressed, so that what opens there can be used', async () => {
    const denoise = node(page, 'DDIM Denoise')
    await denoise.getByText('More').click()
    const below = node(page, 'Colorize').getByRole('heading')
    const covers = (top: Locator) =>
      top.evaluate((element) => {
        const { left, top, width, height } = element.getBoundingClientRect()
        return element.contains(document.elementFromPoint(left + width / 2, top + height / 2))
      })
    await expect.poll(() => covers(denoise.locator('footer'))).toBe(true)
    expect(await covers(below)).toBe(false)
    await node(page, 'Colorize').getByRole('combobox', { name: 'Colours' }).focus()
    await expect.poll(() => covers(below)).toBe(true)
    // a copy lies partly over what it was copied from
    await denoise.getByRole('heading').click()
    await page.keyboard.press('Control+d')
    await expect.poll(() => denoise.count()).toBe(2)
    await expect.poll(() => covers(denoise.nth(1).getByRole('heading'))).toBe(true)
  })

  it('move by dragging, as one undo step', async () => {
    const card = node(page, 'Colorize')
    const heading = card.getByRole('heading')
    const before = await card.boundingBox()
    if (!before) throw new Error('no card')
    await drag(page, heading, { x: before.x + 160, y: before.y + 90 })
    const after = await card.boundingBox()
    expect(Math.abs((after?.x ?? 0) - before.x)).toBeGreaterThan(20)
    await undo().click()
    await expect.poll(async () => Math.round((await card.boundingBox())?.x ?? 0)).toBe(Math.round(before.x))
    expect(await undo().isDisabled()).toBe(true)
  })
})

describe('wires', () => {
  it('are refused with a reason where the kinds differ', async () => {
    await addNode(page, 'VAE Decode')
    const target = socket(page, 'VAE Decode', 'latent', 'input').last()
    await drag(page, socket(page, 'Load Image', 'image', 'output'), target, true)
    await expect
      .poll(() => status(page).textContent())
      .toBe('This input takes latent, not image. A node can convert it.')
    await page.mouse.up()
    await page.keyboard.press('Escape')
    expect(await undo().isDisabled()).toBe(false)
    await undo().click()
    expect(await undo().isDisabled()).toBe(true)
  })

  it('connect by dragging to a socket and come off by dragging away', async () => {
    await addNode(page, 'Export')
    const input = socket(page, 'Export', 'value', 'input').last()
    await drag(page, socket(page, 'Colorize', 'image', 'output'), input)
    await expect.poll(() => input.getAttribute('aria-label')).toContain('connected')
    await undo().click()
    await expect.poll(() => input.getAttribute('aria-label')).not.toContain('connected')
    await redo().click()
    await expect.poll(() => input.getAttribute('aria-label')).toContain('connected')
    const canvas = await page.getByRole('application', { name: 'Graph canvas' }).boundingBox()
    if (!canvas) throw new Error('no canvas')
    await drag(page, input, { x: canvas.x + canvas.width - 30, y: canvas.y + canvas.height - 30 })
    await expect.poll(() => input.getAttribute('aria-label')).not.toContain('connected')
  })

  it('dropped on empty canvas offer the nodes that fit, and connect the chosen one', async () => {
    const canvas = await page.getByRole('application', { name: 'Graph canvas' }).boundingBox()
    if (!canvas) throw new Error('no canvas')
    await drag(page, socket(page, 'Load Checkpoint', 'checkpoint', 'output'), {
      x: canvas.x + 60,
      y: canvas.y + canvas.height - 40,
    })
    await expect.poll(() => page.getByRole('option', { name: 'VAE Encode' }).isVisible()).toBe(true)
    expect(await page.getByRole('option', { name: 'Load Image' }).count()).toBe(0)
    await page.keyboard.press('Escape')
    await expect.poll(() => status(page).textContent()).toBe('Wire dropped.')
    await drag(page, socket(page, 'Load Checkpoint', 'checkpoint', 'output'), {
      x: canvas.x + 60,
      y: canvas.y + canvas.height - 40,
    })
    await page.getByRole('option', { name: 'VAE Encode' }).click()
    const input = socket(page, 'VAE Encode', 'checkpoint', 'input').last()
    await expect.poll(() => input.getAttribute('aria-label')).toContain('connected')
  })

  it('can be made with the keyboard', async () => {
    await addNode(page, 'Export')
    await socket(page, 'Colorize', 'image', 'output').focus()
    await page.keyboard.press('Enter')
    const input = socket(page, 'Export', 'value', 'input').last()
    await input.focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => input.getAttribute('aria-label')).toContain('connected')
  })
})

describe('parameters', () => {
  it('are typed, dragged, and undone one gesture at a time', async () => {
    const members = node(page, 'Noise Init').getByLabel('Members', { exact: true })
    const before = await members.inputValue()
    await members.focus()
    await members.fill('7')
    await members.press('Tab')
    expect(await members.inputValue()).toBe('7')
    const box = await members.boundingBox()
    if (!box) throw new Error('no field')
    await page.mouse.move(box.x + 5, box.y + box.height / 2)
    await page.mouse.down()
    await page.mouse.move(box.x + 65, box.y + box.height / 2, { steps: 8 })
    await page.mouse.up()
    expect(Number(await members.inputValue())).toBeGreaterThan(7)
    await undo().click()
    await expect.poll(() => members.inputValue()).toBe('7')
    await undo().click()
    await expect.poll(() => members.inputValue()).toBe(before)
  })

  it('seeds are typed, or new by a press', async () => {
    const seed = node(page, 'Noise Init').getByRole('spinbutton', { name: 'Seed', exact: true })
    await seed.fill('7')
    await seed.press('Tab')
    await node(page, 'Noise Init').getByRole('button', { name: 'New random seed' }).click()
    await expect.poll(() => seed.inputValue()).not.toBe('7')
    await undo().click()
    await expect.poll(() => seed.inputValue()).toBe('7')
    await seed.fill('-5')
    await seed.press('Tab')
    expect(await seed.inputValue()).toBe('0')
  })

  it('left to the model take a number and are left to it again', async () => {
    const denoise = node(page, 'DDIM Denoise')
    const steps = denoise.getByRole('spinbutton', { name: 'Steps', exact: true })
    const auto = denoise.getByRole('button', { name: /^Steps: / })
    expect([await steps.inputValue(), await auto.getAttribute('aria-pressed')]).toEqual(['', 'true'])
    await steps.fill('4')
    await expect.poll(() => auto.getAttribute('aria-pressed')).toBe('false')
    await auto.click()
    await expect.poll(() => steps.inputValue()).toBe('')
  })

  it('stay inside their limits', async () => {
    const members = node(page, 'Noise Init').getByLabel('Members', { exact: true })
    await members.fill('100000')
    await members.press('Tab')
    expect(await members.inputValue()).toBe('100')
  })
})

describe('files', () => {
  it('save and open again as the same graph, beside the one that is open', async () => {
    await node(page, 'Noise Init').getByLabel('Members', { exact: true }).fill('5')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save' }).click(),
    ])
    const text = await readFile(await download.path(), 'utf8')
    expect(download.suggestedFilename()).toMatch(/\.json$/)
    await undo().click()
    await page
      .getByLabel('Open', { exact: true })
      .last()
      .setInputFiles({
        name: 'graph.json',
        mimeType: 'application/json',
        buffer: Buffer.from(text),
      })
    const members = node(page, 'Noise Init').getByLabel('Members', { exact: true })
    await expect.poll(() => members.inputValue()).toBe('5')
    const tabs = page.getByRole('tablist', { name: 'Open graphs' }).getByRole('tab')
    await expect.poll(() => tabs.count()).toBe(2)
    await tabs.first().click()
    await expect.poll(() => members.inputValue()).not.toBe('5')
  })

  it('that are broken change nothing and say what is wrong', async () => {
    const count = await page.getByRole('group').count()
    for (const text of ['{"format":', '{"format":"marigold-graph","schema":1}', '[1,2]']) {
      await page
        .getByLabel('Open', { exact: true })
        .last()
        .setInputFiles({ name: 'broken.json', mimeType: 'application/json', buffer: Buffer.from(text) })
      await expect.poll(() => page.getByRole('alert').count(), { timeout: 20_000 }).toBeGreaterThan(0)
      expect(await page.getByRole('group').count()).toBe(count)
      await page.getByRole('button', { name: 'Dismiss' }).click()
    }
  })

  it('are chosen on Load Image, or dropped anywhere: on the viewer and on the toolbar too', async () => {
    const picture = node(page, 'Load Image').getByRole('combobox', { name: 'Picture' })
    const shown = () => picture.evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.textContent)
    const path = (name: string) => join(ROOT, 'examples/images', name)
    await node(page, 'Load Image').locator('input[type=file]').setInputFiles(path('coffee.jpg'))
    await expect.poll(shown).toBe('coffee.jpg')
    expect(await picture.inputValue()).toBe('file:coffee.jpg')
    const devtools = await page.context().newCDPSession(page)
    const places = [page.getByRole('region', { name: 'Viewer' }), page.getByRole('banner')]
    for (const [index, name] of ['rocket.jpg', 'astronaut.jpg'].entries()) {
      const box = await places[index]?.boundingBox()
      if (!box) throw new Error('not on the screen')
      const data = { items: [], files: [path(name)], dragOperationsMask: 1 }
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
        await devtools.send('Input.dispatchDragEvent', { type, x: box.x + 60, y: box.y + box.height / 2, data })
      await expect.poll(() => picture.inputValue()).toBe(`file:${name}`)
    }
  })

  it('dropped as a picture go to Load Image', async () => {
    const data = await page.evaluateHandle(async () => {
      const canvas = new OffscreenCanvas(64, 48)
      const context = canvas.getContext('2d')
      if (!context) throw new Error('no 2d context')
      context.fillStyle = '#c84'
      context.fillRect(0, 0, 64, 48)
      const transfer = new DataTransfer()
      transfer.items.add(new File([await canvas.convertToBlob()], 'mine.png', { type: 'image/png' }))
      return transfer
    })
    await page.dispatchEvent('body', 'drop', { dataTransfer: data })
    await expect.poll(() => status(page).textContent()).toMatch(/mine\.png is now in Load Image|Running|Finished/)
    const shown = await node(page, 'Load Image')
      .getByRole('combobox')
      .evaluate((select: HTMLSelectElement) => {
        return select.selectedOptions[0]?.textContent
      })
    expect(shown).toBe('mine.png')
  })
})

it('is restored after a reload', async () => {
  await node(page, 'Noise Init').getByLabel('Members', { exact: true }).fill('9')
  // An edit is written within 200 ms.
  await page.waitForTimeout(400)
  await page.reload()
  const members = node(page, 'Noise Init').getByLabel('Members', { exact: true })
  await expect.poll(() => members.inputValue(), { timeout: 30_000 }).toBe('9')
})
