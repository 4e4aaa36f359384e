import { describe, expect, it } from 'vitest'
import { changesResults } from '../../../src/editor/state/changes.ts'
import { catalogue } from '../support/catalogue.ts'
import { depthGraph, graph } from '../support/graph.ts'

const document = depthGraph(catalogue)

describe('changesResults', () => {
  it('does not count positions, titles and the ways of wires', () => {
    const links = document.links.map((link) => ({ ...link, via: [{ x: 1, y: 1 }] }))
    expect(changesResults(document, { ...document, links })).toBe(false)
    const moved = document.nodes.map((node) => ({ ...node, position: { x: 1, y: 1 }, title: 'Mine' }))
    expect(changesResults(document, { ...document, title: 'Other', nodes: moved })).toBe(false)
  })

  it('counts parameters, links and nodes', () => {
    const [first, ...rest] = document.nodes
    expect(changesResults(document, { ...document, nodes: rest })).toBe(true)
    expect(changesResults(document, { ...document, links: document.links.slice(1) })).toBe(true)
    const changed = first ? [{ ...first, params: { picture: null } }, ...rest] : []
    expect(changesResults(document, { ...document, nodes: changed })).toBe(true)
    expect(changesResults(document, graph(catalogue, {}))).toBe(true)
  })
})
