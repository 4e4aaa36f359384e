import { expect, test } from 'vitest'
import { Geometry } from '../../../src/editor/state/geometry.svelte.ts'
import { chosen, moveCommand, movingWith } from '../../../src/editor/state/moving.ts'
import type { MarkKey } from '../../../src/editor/state/marks.ts'
import { apply } from '../../../src/graph/commands.ts'
import type { DocumentNode, GraphDocument } from '../../../src/graph/document.ts'

const at = (id: string, x: number, y: number): DocumentNode => ({
  id,
  type: 'toy/same',
  version: 1,
  params: {},
  position: { x, y },
})

const document: GraphDocument = {
  format: 'marigold-graph',
  schema: 3,
  title: '',
  nodes: [at('in', 20, 20), at('also', 150, 20), at('out', 500, 20)],
  links: [
    { from: { node: 'in', socket: 'out' }, to: { node: 'also', socket: 'in' }, via: [{ x: 130, y: 300 }] },
    {
      from: { node: 'also', socket: 'out' },
      to: { node: 'out', socket: 'in' },
      via: [
        { x: 250, y: 50 },
        { x: 450, y: 50 },
      ],
    },
  ],
  frames: [
    { id: 'f', title: '', colour: 'red', box: { x: 0, y: 0, width: 300, height: 200 } },
    { id: 'inner', title: '', colour: 'red', box: { x: 10, y: 10, width: 100, height: 100 } },
  ],
  notes: [{ id: 'n', text: '', box: { x: 200, y: 150, width: 80, height: 40 } }],
}

const geometry = new Geometry()
for (const { id, position } of document.nodes) {
  geometry.nodes.set(id, position)
  geometry.measured(id, { width: 80, height: 60 })
}
const none = new Set<never>()
const frame = { ids: none, marks: new Set<MarkKey>(['frame f']) }

test('a frame moves with what lies in it: nodes, notes, frames, and the points of wires in it or between what moves', () => {
  const moving = movingWith(document, geometry, frame)
  expect([...moving.nodes]).toEqual(['in', 'also'])
  expect([...moving.marks].sort()).toEqual(['frame f', 'frame inner', 'note n'])
  expect([...moving.points.values()].map((which) => [...which])).toEqual([[0], [0]])
  const command = moveCommand(document, moving, { x: 10.4, y: -20 })
  if (!command) throw new Error('nothing moved')
  const { document: after, inverse } = apply(document, command)
  expect(after.nodes.map(({ position: { x } }) => x)).toEqual([30, 160, 500])
  expect(after.frames?.map(({ box }) => [box.x, box.y])).toEqual([
    [10, -20],
    [20, -10],
  ])
  expect(after.notes?.[0]?.box).toEqual({ x: 210, y: 130, width: 80, height: 40 })
  expect(after.links.map(({ via }) => via?.map(({ x, y }) => [x, y]))).toEqual([
    [[140, 280]],
    [
      [260, 30],
      [450, 50],
    ],
  ])
  expect(apply(after, inverse).document).toEqual(document)
})

test('nodes move alone, and a move of less than half a unit is none', () => {
  const moving = movingWith(document, geometry, { ids: new Set(['out']), marks: none })
  expect([moving.nodes.size, moving.marks.size, moving.points.size]).toEqual([1, 0, 0])
  expect(moveCommand(document, moving, { x: 0.4, y: 0 })).toBeUndefined()
})

test('a frame is copied with all that it holds, not with a part', () => {
  const copied = (ids: readonly string[]) => [...chosen(document, geometry, { ids: new Set(ids), marks: none }).marks]
  expect(copied(['in', 'also'])).toEqual(['frame f', 'frame inner'])
  expect(copied(['in', 'out'])).toEqual(['frame inner'])
  expect(copied(['out'])).toEqual([])
})
