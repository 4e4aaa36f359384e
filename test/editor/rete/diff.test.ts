import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { DocumentNode } from '../../../src/graph/document.ts'
import { diff } from '../../../src/editor/rete/diff.ts'

const IDS = ['a', 'b', 'c', 'd']

const node = fc
  .record({ id: fc.constantFrom(...IDS), type: fc.constantFrom('x/one', 'x/two'), x: fc.nat(3) })
  .map(({ id, type, x }): DocumentNode => ({ id, type, version: 1, params: {}, position: { x, y: 0 } }))
const document = fc.record({ nodes: fc.uniqueArray(node, { selector: ({ id }) => id }) })

it('turns the nodes of any document into those of any other', () => {
  fc.assert(
    fc.property(document, document, (before, after) => {
      const nodes = new Map(before.nodes.map((one) => [one.id, `${one.type} ${one.position.x}`]))
      for (const change of diff(before, after)) {
        if (change.do === 'removeNode') expect(nodes.delete(change.id)).toBe(true)
        else {
          expect(nodes.has(change.node.id)).toBe(change.do === 'move')
          nodes.set(change.node.id, `${change.node.type} ${change.node.position.x}`)
        }
      }
      expect(nodes).toEqual(new Map(after.nodes.map((one) => [one.id, `${one.type} ${one.position.x}`])))
    }),
  )
})

it('says nothing when nothing changed', () => {
  fc.assert(
    fc.property(document, (same) => {
      expect(diff(same, structuredClone(same))).toEqual([])
    }),
  )
})
