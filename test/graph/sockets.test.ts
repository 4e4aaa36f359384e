import { expect, test } from 'vitest'
import type { GraphDocument } from '../../src/graph/document.ts'
import { canConnect, sockets } from '../../src/graph/sockets.ts'
import { ancestors, descendants } from '../../src/graph/topology.ts'
import { graph, marigold } from '../engine/toys/bench.ts'
import { TYPES } from './documents.ts'

const reason = (document: GraphDocument, from: string, to: string) => {
  const [a = '', b = ''] = from.split('.')
  const [c = '', d = ''] = to.split('.')
  return canConnect(document, TYPES, { node: a, socket: b }, { node: c, socket: d })
}

test.each([
  ['photo.image', 'encode.image', undefined],
  ['photo.image', 'colour.value', /takes depth, not image/],
  ['colour.image', 'encode.image', /cycle/],
  ['photo.image', 'photo.image', /itself/],
  ['photo.nothing', 'view.value', /no output/],
  ['photo.image', 'view.nothing', /no input/],
  ['gone.image', 'view.value', /no longer/],
  ['photo.constructor', 'view.value', /no output/],
  ['noise.noise', 'noise.like', /itself/],
])('%s to %s: %s', (from, to, expected) => {
  const found = reason(marigold(), from, to)
  if (expected === undefined) expect(found).toBeUndefined()
  else expect(found).toMatch(expected)
})

test('a kind that travels through a "same" output is checked further on', () => {
  const document = graph({ photo: ['input/photo'], mean: ['toy/mean'], same: ['toy/same'], colour: ['toy/colour'] }, [
    'same.value > colour.value',
  ])
  expect(reason(document, 'mean.depth', 'same.value')).toBeUndefined()
  expect(reason(document, 'photo.image', 'same.value')).toMatch(/further on takes depth, not image/)
})

test('an ensemble is carried on by nodes that map, ends at a reduction, and is not expanded again', () => {
  const found = sockets(marigold(), TYPES)
  const carries = (node: string, socket: string) => found.ensemble({ node, socket })
  expect([
    carries('encode', 'latent'),
    carries('noise', 'noise'),
    carries('denoise', 'latent'),
    carries('mean', 'depth'),
  ]).toEqual([false, true, true, false])
  const more = { ...marigold(), nodes: [...marigold().nodes, ...graph({ again: ['toy/noise'] }, []).nodes] }
  expect(reason(more, 'denoise.latent', 'again.like')).toMatch(/ensemble/)
})

test('what is connected to an input now does not count against a new link', () => {
  expect(reason(marigold(), 'photo.image', 'view.value')).toBeUndefined()
})

test('ancestors and descendants include the node itself', () => {
  expect([...ancestors(marigold(), ['encode'])].sort()).toEqual(['encode', 'photo'])
  expect([...descendants(marigold(), ['mean'])].sort()).toEqual(['colour', 'mean', 'view'])
})
