import { describe, expect, it } from 'vitest'
import { apply } from '../../../src/graph/commands.ts'
import type { DocumentLink } from '../../../src/graph/document.ts'
import { canConnect } from '../../../src/graph/sockets.ts'
import { conversion, converters } from '../../../src/editor/state/converting.ts'
import { catalogue } from '../support/catalogue.ts'
import { depthGraph } from '../support/graph.ts'

/** Marigold, and a second Fit to Resolution that nothing is connected to. */
const whole = depthGraph(catalogue)
const late = whole.nodes.flatMap((node) => (node.id === 'fit' ? { ...node, id: 'late' } : []))
const document = { ...whole, nodes: [...whole.nodes, ...late] }
const known = { document, types: catalogue, offered: [] }
const link = (from: string, to: string): DocumentLink => {
  const [a = '', b = ''] = from.split('.')
  const [c = '', d = ''] = to.split('.')
  return { from: { node: a, socket: b }, to: { node: c, socket: d } }
}
const offered = (from: string, to: string) => converters(known, link(from, to)).map(({ title }) => title)

describe('nodes that convert', () => {
  it('make an image of a depth map', () => {
    const { from, to } = link('align.depth', 'late.image')
    expect(canConnect(document, catalogue, from, to)).toMatch(/takes image, not depth/)
    expect(offered('align.depth', 'late.image')).toContain('Colorize')
  })

  it('make a latent of an image, but nothing of a checkpoint', () => {
    expect(offered('picture.image', 'decode.latent')).toContain('VAE Encode')
    expect(offered('checkpoint.checkpoint', 'decode.latent')).toEqual([])
  })

  it('are not offered where the wire would close a cycle', () => {
    expect(offered('align.depth', 'fit.image')).toEqual([])
  })

  it('are put between the ends of the wire in one step, with every wire in order', () => {
    const wire = link('picture.image', 'decode.latent')
    const type = converters(known, wire).find(({ title }) => title === 'VAE Encode')
    const made = type && conversion(known, type, wire, { x: 5, y: 6 })
    if (!made) return expect.fail('no conversion')
    const { document: after, inverse } = apply(document, made.command)
    expect(after.nodes.find(({ id }) => id === made.node)).toMatchObject({ position: { x: 5, y: 6 } })
    const wires = after.links.map(({ from, to }) => `${from.node}.${from.socket} > ${to.node}.${to.socket}`)
    expect(wires).toContain(`picture.image > ${made.node}.image`)
    expect(wires).toContain(`${made.node}.latent > decode.latent`)
    expect(apply(after, inverse).document).toEqual(document)
  })
})
