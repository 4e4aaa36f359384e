import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { DocumentLink, DocumentNode } from '../../../src/graph/document.ts'
import { diff } from '../../../src/editor/rete/diff.ts'
import { wireId } from '../../../src/editor/state/wire-id.ts'

const IDS = ['a', 'b', 'c', 'd']

const node = fc.record({ id: fc.constantFrom(...IDS), type: fc.constantFrom('x/one', 'x/two'), x: fc.nat(3) })
const document = fc
  .record({
    nodes: fc.uniqueArray(node, { selector: ({ id }) => id }),
    pairs: fc.array(fc.tuple(fc.constantFrom(...IDS), fc.constantFrom(...IDS))),
  })
  .map(({ nodes, pairs }) => {
    const made = nodes.map(({ id, type, x }): DocumentNode => ({
      id,
      type,
      version: 1,
      params: {},
      position: { x, y: 0 },
    }))
    const has = (id: string) => made.some((one) => one.id === id)
    const links = new Map<string, DocumentLink>()
    for (const [from, to] of pairs) {
      if (has(from) && has(to)) links.set(to, { from: { node: from, socket: 'out' }, to: { node: to, socket: 'in' } })
    }
    return { nodes: made, links: [...links.values()] }
  })

it('turns any document into any other, and never leaves a wire without its nodes', () => {
  fc.assert(
    fc.property(document, document, (before, after) => {
      const nodes = new Map(before.nodes.map((one) => [one.id, `${one.type} ${one.position.x}`]))
      const wires = new Map(before.links.map((link) => [wireId(link), link]))
      for (const change of diff(before, after)) {
        if (change.do === 'removeWire') expect(wires.delete(change.id)).toBe(true)
        else if (change.do === 'removeNode') expect(nodes.delete(change.id)).toBe(true)
        else if (change.do === 'addNode') {
          expect(nodes.has(change.node.id)).toBe(false)
          nodes.set(change.node.id, `${change.node.type} ${change.node.position.x}`)
        } else if (change.do === 'move') nodes.set(change.node.id, `${change.node.type} ${change.node.position.x}`)
        else wires.set(wireId(change.link), change.link)
        for (const { from, to } of wires.values()) expect(nodes.has(from.node) && nodes.has(to.node)).toBe(true)
      }
      expect(nodes).toEqual(new Map(after.nodes.map((one) => [one.id, `${one.type} ${one.position.x}`])))
      expect([...wires.keys()].sort()).toEqual(after.links.map(wireId).sort())
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
