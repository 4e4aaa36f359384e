import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layered } from '../../../src/editor/state/layered.ts'

const graphs = fc
  .record({
    sizes: fc.array(
      fc.record({ width: fc.integer({ min: 100, max: 260 }), height: fc.integer({ min: 40, max: 400 }) }),
      {
        minLength: 2,
        maxLength: 24,
      },
    ),
    wires: fc.array(fc.tuple(fc.nat(23), fc.nat(23)), { maxLength: 40 }),
    groups: fc.array(fc.constantFrom(undefined, undefined, 'a', 'b'), { minLength: 24, maxLength: 24 }),
  })
  .map(({ sizes, wires, groups }) => ({
    nodes: sizes.map((size, i) => ({ ...size, id: `n${i}`, group: groups[i] })),
    // From lower to higher: no cycles, as in a document.
    links: wires
      .filter(([a, b]) => a !== b && a < sizes.length && b < sizes.length)
      .map(([a, b]) => [`n${Math.min(a, b)}`, `n${Math.max(a, b)}`] as const),
  }))

test('nodes do not overlap, and each lies to the right of all that it depends on', () => {
  fc.assert(
    fc.property(graphs, ({ nodes, links }) => {
      const places = layered(nodes, links)
      const boxes = new Map(nodes.map((node) => [node.id, { ...node, ...(places.get(node.id) ?? { x: NaN, y: NaN }) }]))
      const all = [...boxes.values()]
      all.forEach((a, i) => {
        for (const b of all.slice(i + 1)) {
          const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
          expect(apart, `${a.id} ${b.id}`).toBe(true)
        }
      })
      for (const [from, to] of links) {
        const [a, b] = [boxes.get(from), boxes.get(to)]
        expect(a && b && a.x + a.width <= b.x).toBe(true)
      }
    }),
    { numRuns: 60 },
  )
})

test('a thousand nodes are laid out in seconds', () => {
  const nodes = Array.from({ length: 1000 }, (_, i) => ({ id: `n${i}`, width: 236, height: 200, group: undefined }))
  const links = nodes.flatMap((_, i) => (i % 20 === 0 ? [] : [[`n${i - 1}`, `n${i}`] as const]))
  const start = performance.now()
  expect(layered(nodes, links).size).toBe(1000)
  expect(performance.now() - start).toBeLessThan(20_000)
})
