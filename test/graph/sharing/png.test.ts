import { encode, decode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/base/errors.ts'
import { crc32 } from '../../../src/base/crc32.ts'
import { deflate } from '../../../src/graph/sharing/deflate.ts'
import { graphInPng, withGraph } from '../../../src/graph/sharing/png.ts'
import { parseDocument } from '../../../src/graph/validate.ts'
import { nodes } from '../../../src/app/registry.ts'
import depth from '../../../examples/depth.json'

const pixels = Uint16Array.from({ length: 45 }, (_, i) => i * 999)
const png = new Uint8Array(encode({ width: 5, height: 3, channels: 3, depth: 16, data: pixels }))
const document = { ...parseDocument(JSON.stringify(depth), nodes).document, title: 'Tiefe — 深度' }

/** The picture with one more chunk before its end. */
function withChunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.length + 12)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  bytes.set(new TextEncoder().encode(type), 4)
  bytes.set(data, 8)
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)))
  return new Uint8Array([...png.slice(0, -12), ...bytes, ...png.slice(-12)])
}
const carrying = (head: readonly number[], packed: Uint8Array): Uint8Array<ArrayBuffer> =>
  withChunk('iTXt', new Uint8Array([...new TextEncoder().encode('marigold-graph'), 0, ...head, ...packed]))

describe('a picture', () => {
  it('carries a graph, in place of one before, and its pixels stay as they are', async () => {
    const once = await withGraph(png, document)
    const twice = await withGraph(once, { ...document, title: 'Another' })
    expect(parseDocument((await graphInPng(once)) ?? '', nodes)).toEqual({ document, problems: [] })
    expect(parseDocument((await graphInPng(twice)) ?? '', nodes).document.title).toBe('Another')
    expect(decode(twice, { checkCrc: true }).data).toEqual(pixels)
    expect(Math.abs(twice.length - once.length)).toBeLessThan(100)
  })

  it('does not carry names of one’s own pictures', async () => {
    const picture = { from: 'file', name: 'passport.jpg', sha256: 'a'.repeat(64) }
    const own = document.nodes.map((node) => ('picture' in node.params ? { ...node, params: { picture } } : node))
    const text = await graphInPng(await withGraph(png, { ...document, nodes: own }))
    expect(text).toContain('"picture":null')
    expect(text).not.toContain('passport')
    expect(text).not.toContain('aaaa')
  })

  it('without a graph has none, and neither has what is no PNG', async () => {
    expect(await graphInPng(png)).toBeUndefined()
    expect(await graphInPng(new Uint8Array())).toBeUndefined()
    expect(await graphInPng(new TextEncoder().encode('GIF89a and so on'))).toBeUndefined()
    expect(await graphInPng(withChunk('tEXt', new TextEncoder().encode('marigold-graph\0{}')))).toBeUndefined()
    await expect(withGraph(png.slice(0, 40), document)).rejects.toMatchObject({ code: 'graph/damaged' })
  })

  it('is not given a graph that could not be read again', async () => {
    const params = { x: 'x'.repeat(60_000) }
    const large = { ...document, nodes: [...document.nodes, ...document.nodes].map((node) => ({ ...node, params })) }
    await expect(withGraph(png, large)).rejects.toMatchObject({ code: 'graph/too-large' })
  })

  it('that would unpack to gigabytes is refused early', async () => {
    const bomb = carrying([1, 0, 0, 0], await deflate(new Uint8Array(20 * 2 ** 20), 'deflate'))
    expect(bomb.length).toBeLessThan(40_000)
    const start = performance.now()
    await expect(graphInPng(bomb)).rejects.toMatchObject({ code: 'graph/too-large' })
    expect(performance.now() - start).toBeLessThan(1_000)
    await expect(graphInPng(carrying([1, 0, 0, 0], new Uint8Array(3 * 2 ** 20)))).rejects.toMatchObject({
      code: 'graph/too-large',
    })
  })

  it('whose chunk is written in another way is refused', async () => {
    const strange = carrying([7, 0, 0, 0], await deflate(new Uint8Array(9), 'deflate'))
    await expect(graphInPng(strange)).rejects.toMatchObject({ code: 'graph/damaged' })
    const raw = carrying([1, 0, 0, 0], await deflate(new Uint8Array(9), 'deflate-raw'))
    await expect(graphInPng(raw)).rejects.toMatchObject({ code: 'graph/damaged' })
  })
})

/** mulberry32. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

it('20,000 damaged pictures give the graph, none, or a typed error, each within a second', async () => {
  const good = await withGraph(png, document)
  const text = await graphInPng(good)
  const next = random(7)
  const seen = { same: 0, none: 0, refused: 0 }
  let slowest = 0
  for (let round = 0; round < 20_000; round++) {
    let bytes = good.slice()
    for (let n = 1 + Math.floor(next() * 3); n > 0; n--) {
      const at = Math.floor(next() * bytes.length)
      const kind = next()
      if (kind < 0.7) bytes[at] = Math.floor(next() * 256)
      else if (kind < 0.85) bytes = bytes.slice(0, at)
      else bytes = new Uint8Array([...bytes.slice(0, at), ...good.slice(Math.floor(next() * good.length))])
    }
    const start = performance.now()
    try {
      const found = await graphInPng(bytes)
      if (found === undefined) seen.none++
      else {
        // Damage elsewhere in the picture does not matter.
        expect(found).toBe(text)
        seen.same++
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      seen.refused++
    }
    slowest = Math.max(slowest, performance.now() - start)
  }
  expect(Math.min(seen.same, seen.none, seen.refused), JSON.stringify(seen)).toBeGreaterThan(400)
  expect(slowest).toBeLessThan(1_000)
})
