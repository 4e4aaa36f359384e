import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { reliefOf } from '../../../../src/editor/viewer/surface/source.ts'
import { sockets } from '../../../../src/graph/sockets.ts'
import { parseDocument } from '../../../../src/graph/validate.ts'
import { nodes } from '../../../../src/app/registry.ts'
import { catalogue } from '../../support/catalogue.ts'

function relief(example: string, node: string, socket: string, member = 0) {
  const { document } = parseDocument(readFileSync(`examples/${example}.json`, 'utf8'), nodes)
  return reliefOf(document, sockets(document, catalogue), { node, socket, member })
}

it('is the depth map that is shown, of the member that is shown', () => {
  expect(relief('ensemble', 'decode', 'depth', 3)).toMatchObject({ node: 'decode', socket: 'depth', member: 3 })
})

it('is, of a coloured picture, the nearest depth map that it was made from', () => {
  expect(relief('depth', 'view', 'value')).toEqual({
    node: 'match',
    socket: 'value',
    member: 0,
    photo: { node: 'image', socket: 'image' },
  })
})

it('is, of an uncertainty, the depth that it belongs to', () => {
  expect(relief('ensemble', 'view-uncertainty', 'value')).toMatchObject({ node: 'decode', socket: 'depth' })
})

it('has the photo of its own frame, not of the frame before', () => {
  expect(relief('next-frame', 'view-next', 'value')?.photo).toEqual({ node: 'next', socket: 'image' })
  expect(relief('next-frame', 'decode-first', 'depth')?.photo).toEqual({ node: 'first', socket: 'image' })
})

it.each([
  ['depth', 'image', 'image'],
  ['depth', 'denoise', 'latent'],
  ['normals', 'view', 'value'],
  ['depth', 'gone', 'value'],
])('is nothing where no depth map is before it: %s, %s', (example, node, socket) => {
  expect(relief(example, node, socket)).toBeUndefined()
})
