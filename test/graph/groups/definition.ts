import type { GraphDocument, GroupDefinition } from '../../../src/graph/document.ts'
import { graph, marigold } from '../../engine/toys/bench.ts'

const PARTS = ['encode', 'noise', 'denoise', 'mean']

/** The toys' Marigold, photo in and depth out, of what the bench's graph has. */
export function definition({ members = 4, seed = 1 } = {}): GroupDefinition {
  const { nodes, links } = marigold({ members, seed })
  const inside = (id: string) => PARTS.includes(id)
  return {
    id: 'toy',
    title: 'Toy Marigold',
    nodes: nodes.filter(({ id }) => inside(id)).map((node, i) => ({ ...node, position: { x: 300 * i, y: 40 * i } })),
    links: links.filter(({ from, to }) => inside(from.node) && inside(to.node)),
    inputs: [{ name: 'photo', to: [{ node: 'encode', socket: 'image' }] }],
    outputs: [{ name: 'depth', from: { node: 'mean', socket: 'depth' } }],
    params: [
      { name: 'seed', node: 'noise', param: 'seed' },
      { name: 'members', node: 'noise', param: 'members', label: 'Ensemble size' },
      { name: 'steps', node: 'denoise', param: 'steps' },
    ],
  }
}

/** photo → group → colour → view. */
export function grouped(params = {}, group = definition()): GraphDocument {
  const bare = graph({ photo: ['input/photo'], toy: ['group/toy'], colour: ['toy/colour'], view: ['output/view'] }, [
    'photo.image > toy.photo',
    'toy.depth > colour.value',
    'colour.image > view.value',
  ])
  const given = { seed: 1, members: 4, steps: 1, ...params }
  const nodes = bare.nodes.map((node, i) => ({
    ...node,
    position: { x: 300 * i, y: 0 },
    ...(node.id === 'toy' && { params: given }),
  }))
  return { ...bare, nodes, groups: [group] }
}
