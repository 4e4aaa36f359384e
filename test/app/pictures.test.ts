import { encode } from 'fast-png'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodeInNode } from '../../src/app/pictures/node-decoder.ts'
import { PictureShelf } from '../../src/app/pictures/shelf.ts'

const signal = new AbortController().signal
const bytes = (data: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(data)

/** 3 × 2 RGB: each pixel its own colour. */
const raw = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0, 0, 255, 255, 255, 0, 255])
const picture = () => sharp(raw, { raw: { width: 3, height: 2, channels: 3 } })

describe('decoding in Node', () => {
  it('gives the samples of an 8-bit PNG as they are stored', async () => {
    const decoded = await decodeInNode(bytes(await picture().png().toBuffer()), 'x.png')
    expect(decoded).toEqual({ width: 3, height: 2, channels: 3, data: raw })
  })

  it('keeps all 16 bits of a 16-bit PNG', async () => {
    const data = Uint16Array.of(0, 1, 256, 65535)
    const decoded = await decodeInNode(bytes(encode({ width: 2, height: 2, channels: 1, depth: 16, data })), 'x.png')
    expect(decoded).toEqual({ width: 2, height: 2, channels: 1, data })
  })

  it('keeps alpha', async () => {
    const data = Uint8Array.of(10, 20, 30, 128)
    const png = await sharp(data, { raw: { width: 1, height: 1, channels: 4 } })
      .png()
      .toBuffer()
    expect(await decodeInNode(bytes(png), 'x.png')).toEqual({ width: 1, height: 1, channels: 4, data })
  })

  it.each([
    [6, 2, 3],
    [8, 2, 3],
    [3, 3, 2],
  ])('turns a JPEG of orientation %i upright', async (orientation, width, height) => {
    const jpeg = await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } })
      .withMetadata({ orientation })
      .jpeg()
      .toBuffer()
    expect(await decodeInNode(bytes(jpeg), 'x.jpg')).toMatchObject({ width, height, channels: 3 })
  })

  it.each(['webp', 'gif', 'avif'] as const)('reads %s', async (format) => {
    const decoded = await decodeInNode(bytes(await picture().resize(16, 16).toFormat(format).toBuffer()), 'x')
    expect(decoded).toMatchObject({ width: 16, height: 16 })
  })

  it('makes numbers of a palette', async () => {
    const decoded = await decodeInNode(bytes(await picture().png({ palette: true }).toBuffer()), 'x.png')
    expect([...decoded.data.subarray(0, 3)]).toEqual([255, 0, 0])
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['text', new TextEncoder().encode('not a picture')],
    ['markup', new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>')],
    ['the start of a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
  ])('refuses %s', async (_what, data) => {
    await expect(decodeInNode(bytes(data), 'x.png')).rejects.toMatchObject({
      code: 'image/unreadable',
      fix: expect.any(String),
    })
  })

  it.each([8, 16] as const)('refuses a truncated PNG of %i bits', async (depth) => {
    const size = 64
    const data = depth === 8 ? new Uint8Array(size * size) : new Uint16Array(size * size)
    const png = encode({ width: size, height: size, channels: 1, depth, data: data.map((_, i) => (i * 7919) % 251) })
    await expect(decodeInNode(bytes(png.subarray(0, png.length / 2)), 'x.png')).rejects.toMatchObject({
      code: 'image/unreadable',
    })
  })

  it.each([8, 16])('refuses a PNG of %i bits that says it is enormous, before it is decoded', async (depth) => {
    const png = encode({ width: 1, height: 1, channels: 1, depth: 8, data: Uint8Array.of(0) })
    new DataView(png.buffer).setUint32(16, 100_000)
    new DataView(png.buffer).setUint32(20, 100_000)
    png[24] = depth
    await expect(decodeInNode(bytes(png), 'x.png')).rejects.toMatchObject({
      code: expect.stringMatching(/^image\/(too-large|unreadable)$/),
    })
  })

  it('refuses a picture of too many pixels', async () => {
    const wide = await sharp({ create: { width: 16_385, height: 1, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    await expect(decodeInNode(bytes(wide), 'wide.png')).rejects.toMatchObject({ code: 'image/too-large' })
  })
})

describe('the shelf', () => {
  const shelf = (examples: Readonly<Record<string, Uint8Array>> = {}) =>
    new PictureShelf(decodeInNode, async (name) => {
      const found = examples[name]
      return found && bytes(found)
    })

  it('keeps a file under its hash', async () => {
    const png = bytes(await picture().png().toBuffer())
    const pictures = shelf()
    const ref = await pictures.add(png, 'a.png')
    expect(ref).toMatchObject({ from: 'file', name: 'a.png', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(await pictures.load(ref, signal)).toMatchObject({ width: 3, height: 2 })
    expect(ref.from === 'file' && ref.sha256).toBe(await pictures.contentId(ref, signal))
  })

  it('identifies an example by its bytes, whatever its name', async () => {
    const png = await picture().png().toBuffer()
    const pictures = shelf({ 'a.png': png, 'b.png': png })
    const id = (name: string) => pictures.contentId({ from: 'example', name }, signal)
    expect(await id('a.png')).toBe(await id('b.png'))
    expect(await pictures.load({ from: 'example', name: 'a.png' }, signal)).toMatchObject({ width: 3 })
  })

  it.each([
    { from: 'example', name: 'no.png' } as const,
    { from: 'file', name: 'no.png', sha256: '0'.repeat(64) } as const,
  ])('says what to do about a picture that is not here: %o', async (ref) => {
    const missing = { code: 'image/missing', fix: expect.any(String) }
    await expect(shelf().load(ref, signal)).rejects.toMatchObject(missing)
    await expect(shelf().contentId(ref, signal)).rejects.toMatchObject(missing)
  })
})
