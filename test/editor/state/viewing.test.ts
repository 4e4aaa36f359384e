import { expect, it } from 'vitest'
import { defaultView } from '../../../src/editor/state/viewing.svelte.ts'
import { catalogue } from '../support/catalogue.ts'
import { depthGraph, graph } from '../support/graph.ts'

it('the viewer shows the first View where no node is selected', () => {
  const depth = depthGraph(catalogue)
  const [view] = graph(catalogue, { second: ['output/view', 1500, 0] }).nodes
  expect(defaultView(depth, catalogue)).toBe('view')
  expect(defaultView({ ...depth, nodes: [...depth.nodes, ...(view ? [view] : [])] }, catalogue)).toBe('view')
})

it('and without one the last node that has a picture', () => {
  const depth = depthGraph(catalogue)
  const nodes = depth.nodes.filter(({ type }) => type !== 'output/view')
  expect(defaultView({ ...depth, nodes }, catalogue)).toBe('color')
  expect(defaultView({ ...depth, nodes: [] }, catalogue)).toBeUndefined()
})
