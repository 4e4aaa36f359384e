import { describe, expect, it } from 'vitest'
import { apply } from '../../../src/graph/commands.ts'
import type { GraphDocument } from '../../../src/graph/document.ts'
import { LIMITS } from '../../../src/graph/limits.ts'
import { insertion, linksToOthers, removal } from '../../../src/editor/state/rewiring.ts'
import { catalogue } from '../support/catalogue.ts'
import { depthGraph, graph } from '../support/graph.ts'

const wires = ({ links }: GraphDocument) =>
  links.map(({ from, to }) => `${from.node}.${from.socket} > ${to.node}.${to.socket}`)

const without = (...ids: readonly string[]) => {
  const document = depthGraph(catalogue)
  const after = apply(document, removal(document, catalogue, new Set(ids))).document
  return wires(after).filter((wire) => !wires(document).includes(wire))
}

describe('removing heals', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['a wire through one node', ['match'], ['align.depth > color.value']],
    ['a wire through several', ['fit', 'match'], ['picture.image > encode.image', 'align.depth > color.value']],
    ['not what changes its kind', ['encode'], []],
    ['not what is merged on the way', ['align'], []],
    ['not what is made an ensemble on the way', ['noise'], []],
  ])('%s', (_, ids, healed) => {
    expect(without(...ids)).toEqual(healed)
  })

  it('a wire through neighbours', () => {
    const chain = graph(
      catalogue,
      {
        picture: ['input/load-image', 0, 0],
        a: ['image/fit-resolution', 0, 0],
        b: ['image/fit-resolution', 0, 0],
        view: ['output/view', 0, 0],
      },
      [
        ['picture.image', 'a.image'],
        ['a.image', 'b.image'],
        ['b.image', 'view.value'],
      ],
    )
    const after = apply(chain, removal(chain, catalogue, new Set(['a', 'b']))).document
    expect(wires(after)).toEqual(['picture.image > view.value'])
  })
})

it('a healed wire is led through the points of those that it stands for, as many as a wire may have', () => {
  const chain = graph(
    catalogue,
    {
      picture: ['input/load-image', 0, 0],
      a: ['image/fit-resolution', 0, 0],
      b: ['image/fit-resolution', 0, 0],
      view: ['output/view', 0, 0],
    },
    [
      ['picture.image', 'a.image'],
      ['a.image', 'b.image'],
      ['b.image', 'view.value'],
    ],
  )
  const led = (counts: readonly number[]): GraphDocument => ({
    ...chain,
    links: chain.links.map((link, i) =>
      counts[i] ? { ...link, via: Array.from({ length: counts[i] }, (_, j) => ({ x: i, y: j })) } : link,
    ),
  })
  const healed = (document: GraphDocument) =>
    apply(document, removal(document, catalogue, new Set(['a', 'b']))).document.links[0]
  expect(healed(led([1, 0, 2]))?.via).toEqual([
    { x: 0, y: 0 },
    { x: 2, y: 0 },
    { x: 2, y: 1 },
  ])
  expect(healed(led([0, 0, 0]))).not.toHaveProperty('via')
  const full = healed(led([30, 30, 30]))
  expect(full?.via).toHaveLength(LIMITS.via)
})

describe('putting a node into a wire', () => {
  const loose = graph(catalogue, { more: ['image/match-size', 0, 0], paint: ['depth/colorize', 0, 0] }).nodes
  const document = { ...depthGraph(catalogue), nodes: [...depthGraph(catalogue).nodes, ...loose] }
  const link = (to: string) => {
    const found = document.links.find((each) => `${each.to.node}.${each.to.socket}` === to)
    if (!found) throw new Error(to)
    return found
  }

  it('connects both its sides', () => {
    const command = insertion(document, catalogue, 'more', link('color.value'))
    const after = wires(command ? apply(document, command).document : document)
    expect(after).toContain('match.value > more.value')
    expect(after).toContain('more.value > color.value')
    expect(after).not.toContain('match.value > color.value')
  })

  it('gives each of the two wires its points', () => {
    const points = { before: [{ x: 1, y: 1 }], after: [{ x: 2, y: 2 }] }
    const command = insertion(document, catalogue, 'more', link('color.value'), points)
    const { links } = command ? apply(document, command).document : document
    expect(links.find(({ to }) => to.node === 'more')?.via).toEqual(points.before)
    expect(links.find(({ to }) => to.node === 'color')?.via).toEqual(points.after)
  })

  it('is not offered where it does not fit, or for a node that has wires', () => {
    expect(insertion(document, catalogue, 'paint', link('color.value'))).toBeUndefined()
    expect(insertion(document, catalogue, 'more', link('denoise.checkpoint'))).toBeUndefined()
    expect(insertion(document, catalogue, 'match', link('encode.image'))).toBeUndefined()
  })
})

it('the wires of a selection to others are those with one end in it', () => {
  const found = linksToOthers(depthGraph(catalogue), new Set(['match', 'color']))
  expect(wires({ ...depthGraph(catalogue), links: found })).toEqual([
    'align.depth > match.value',
    'picture.image > match.like',
    'color.image > view.value',
  ])
})
