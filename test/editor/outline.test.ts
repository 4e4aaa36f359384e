import { expect, it } from 'vitest'
import { numbered, outlineOf, outlineState } from '../../src/editor/outline/describe.ts'
import { catalogue } from './support/catalogue.ts'
import { depthGraph, graph } from './support/graph.ts'

it('the outline has every node after all it depends on, with its wires in words', () => {
  const document = depthGraph(catalogue)
  const rows = outlineOf(document, (id) => id)
  const at = new Map(rows.map(({ id }, i) => [id, i]))
  expect(rows).toHaveLength(document.nodes.length)
  for (const { from, to } of document.links) expect(at.get(from.node)).toBeLessThan(at.get(to.node) ?? -1)
  const denoise = rows.find(({ id }) => id === 'denoise')
  expect(denoise?.wires).toBe('image from encode, noise from noise, checkpoint from checkpoint; goes to decode')
  expect(rows.find(({ id }) => id === 'picture')?.wires).toBe('nothing connected to it; goes to fit, match')
})

it('nodes of one title are told apart', () => {
  const two = graph(catalogue, { a: ['output/view', 0, 0], b: ['output/view', 0, 0], c: ['output/export', 0, 0] })
  const title = numbered(two, (id) => (id === 'c' ? 'Export' : 'View'))
  expect(['a', 'b', 'c'].map(title)).toEqual(['View 1', 'View 2', 'Export'])
})

it('what is wrong with a node is said', () => {
  const error = { code: 'graph/open-input', message: 'Nothing is connected to noise.' }
  expect(outlineState({ phase: 'blocked', error })).toBe('blocked: Nothing is connected to noise.')
  expect(outlineState({ phase: 'cached' })).toBe('cached')
  expect(outlineState(undefined)).toBe('state not known yet')
})
