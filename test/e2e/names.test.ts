import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { applies, defaultsOf, type Param } from '../../src/node/params.ts'
import { catalogue } from '../editor/support/catalogue.ts'
import { eachPage } from './support/each-page.ts'
import { addNode, finished, node } from './support/editor-page.ts'

let page: Page
eachPage(
  (opened) => {
    page = opened
    return finished(page)
  },
  { again: true },
)

type Role = 'spinbutton' | 'combobox' | 'switch' | 'textbox'
const ROLES: Readonly<Record<Param['widget'], Role>> = {
  number: 'spinbutton',
  auto: 'spinbutton',
  seed: 'spinbutton',
  choice: 'combobox',
  picture: 'combobox',
  checkpoint: 'combobox',
  color: 'textbox',
  toggle: 'switch',
  text: 'textbox',
}

it('every node of the catalogue is a group with its title, its parameters are labelled controls in it, its sockets buttons', async () => {
  await page.getByRole('switch', { name: 'Live' }).uncheck()
  for (const { title, params, inputs, outputs } of catalogue.values()) {
    await addNode(page, title)
    const card = node(page, title).last()
    const more = card.locator('summary')
    if ((await more.count()) > 0) await more.click()
    for (const param of Object.values(params)) {
      const control = card.getByRole(ROLES[param.widget], { name: param.label, exact: true })
      expect(await control.count(), `${title}: ${param.label}`).toBe(applies(param, defaultsOf(params)) ? 1 : 0)
    }
    for (const [side, ports] of [
      ['input', inputs],
      ['output', outputs],
    ] as const) {
      for (const name of Object.keys(ports)) {
        const socket = card.getByRole('button', { name: new RegExp(`^${name}, ${side}, `) })
        expect(await socket.count(), `${title}: ${name}`).toBe(1)
      }
    }
  }
})

it('the toolbar has Run, Cancel, Undo and Redo, the page its parts', async () => {
  const toolbar = page.getByRole('banner')
  for (const name of ['Run', 'Cancel', 'Undo', 'Redo'])
    expect(await toolbar.getByRole('button', { name, exact: true }).count(), name).toBe(1)
  expect(await page.getByRole('application', { name: 'Graph canvas' }).count()).toBe(1)
  expect(await page.getByRole('region', { name: 'Viewer' }).count()).toBe(1)
  expect(await page.getByRole('heading', { level: 1, name: 'Marigold Nodes' }).count()).toBe(1)
})

it('every node that has a picture shows it under a name that says what it is, and so does the viewer', async () => {
  const cards = await page.locator('[data-node]').all()
  expect(cards).toHaveLength(13)
  for (const card of cards) {
    const title = (await card.getAttribute('aria-label')) ?? ''
    const pictures = card.getByRole('img')
    if (title === 'Load Checkpoint') {
      expect(await pictures.count()).toBe(0)
      continue
    }
    const name = new RegExp(`^${title}: (picture|latent|depth map), \\d+ × \\d+$`)
    await expect.poll(() => pictures.getAttribute('alt'), { message: title }).toMatch(name)
    const colours = () =>
      pictures.evaluate((image: HTMLImageElement) => {
        const { naturalWidth: width, naturalHeight: height } = image
        if (width === 0) return 0
        const context = new OffscreenCanvas(width, height).getContext('2d')
        context?.drawImage(image, 0, 0)
        return new Set(new Uint32Array(context?.getImageData(0, 0, width, height).data.buffer ?? [])).size
      })
    await expect.poll(colours, { message: title }).toBeGreaterThan(30)
  }
  const large = page.getByRole('region', { name: 'Viewer' }).getByRole('img')
  expect(await large.getAttribute('aria-label')).toBe('View: picture, 640 × 427')
})

it('sockets show their kind by colour and shape: the same at both ends of a wire, another for each other kind', async () => {
  const look = (title: string, name: RegExp) =>
    node(page, title)
      .getByRole('button', { name })
      .locator('.front')
      .evaluate((path) => `${getComputedStyle(path).stroke} ${path.getAttribute('d')}`)
  const kinds = {
    picture: [await look('Load Image', /^image, output/), await look('VAE Encode', /^image, input/)],
    checkpoint: [await look('Load Checkpoint', /^checkpoint, output/), await look('VAE Decode', /^checkpoint, input/)],
    latent: [await look('VAE Encode', /^latent, output/), await look('VAE Decode', /^latent, input/)],
    depth: [await look('VAE Decode', /^depth, output/), await look('Ensemble Align', /^depth, input/)],
    uncertainty: [await look('Ensemble Align', /^uncertainty, output/)],
    several: [await look('View', /^value, input/)],
  }
  for (const [kind, looks] of Object.entries(kinds)) expect(new Set(looks).size, kind).toBe(1)
  expect(new Set(Object.values(kinds).flat()).size).toBe(Object.keys(kinds).length)
})
