import { expect, it } from 'vitest'
import { AppError } from '../../../src/base/errors.ts'
import type { GraphDocument } from '../../../src/graph/document.ts'
import { graphInLink, linkOf } from '../../../src/graph/sharing/link.ts'
import { shareable } from '../../../src/graph/sharing/shareable.ts'
import { parseDocument } from '../../../src/graph/validate.ts'
import { nodes } from '../../../src/app/registry.ts'
import depth from '../../../examples/depth.json'

const { document } = parseDocument(JSON.stringify(depth), nodes)

it('a link carries a graph as it is, in few characters that every program lets pass', async () => {
  const link = await linkOf(document)
  expect(link).toMatch(/^#g=[A-Za-z0-9_-]+$/)
  expect(link.length).toBeLessThan(1_500)
  expect(parseDocument((await graphInLink(link)) ?? '', nodes)).toEqual({ document, problems: [] })
})

it('a fragment of something else is none', async () => {
  for (const other of ['', '#', '#canvas', '#G=abc']) expect(await graphInLink(other)).toBeUndefined()
})

it('what is shared does not name pictures of one’s own; example pictures stay', () => {
  const own: GraphDocument = {
    ...document,
    nodes: document.nodes.map((node) =>
      node.type === 'input/load-image'
        ? { ...node, params: { picture: { from: 'file', name: 'passport.jpg', sha256: 'ab' } } }
        : node,
    ),
  }
  expect(JSON.stringify(shareable(own))).not.toContain('passport')
  expect(shareable(document)).toEqual(document)
  return expect(linkOf(own).then(graphInLink)).resolves.not.toContain('passport')
})

it('a graph that is too large for a link says to send the file', async () => {
  let state = 1
  const noise = () => (state = (state * 48271) % 2147483647).toString(36)
  const named = document.nodes.map((node) => ({
    ...node,
    params: { x: Array.from({ length: 2_000 }, noise).join('') },
  }))
  await expect(linkOf({ ...document, nodes: named })).rejects.toMatchObject({ code: 'graph/too-large' })
})

it('20,000 damaged links give a text or a typed error', async () => {
  const link = await linkOf(document)
  const seen = { text: 0, refused: 0 }
  let state = 5
  const next = (below: number) => (state = (state * 48271) % 2147483647) % below
  for (let round = 0; round < 20_000; round++) {
    const at = 3 + next(link.length - 3)
    const damaged = [
      link.slice(0, at),
      link.slice(0, at) + String.fromCharCode(next(128)) + link.slice(at + 1),
      link.slice(0, at) + link.slice(3 + next(link.length - 3)),
      link + link.slice(at),
      link.slice(0, 4 + next(3)) + link.slice(at),
    ][round % 5]
    try {
      await graphInLink(damaged ?? '')
      seen.text++
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      seen.refused++
    }
  }
  expect(seen.refused, JSON.stringify(seen)).toBeGreaterThan(5_000)
  expect(seen.text, JSON.stringify(seen)).toBeGreaterThan(50)
})

it('a link that would unpack to gigabytes is refused', async () => {
  const { deflate } = await import('../../../src/graph/sharing/deflate.ts')
  const packed = await deflate(new Uint8Array(16 * 2 ** 20), 'deflate-raw')
  const link = `#g=${Buffer.from(packed).toString('base64url')}`
  await expect(graphInLink(link)).rejects.toMatchObject({ code: 'graph/too-large' })
})
