import { describe, expect, it } from 'vitest'
import type { NodeState } from '../../src/engine/events.ts'
import { forecast, livePlan, shown } from '../../src/engine/live-plan.ts'
import { catalogue } from '../editor/support/catalogue.ts'
import { depthGraph, graph } from '../editor/support/graph.ts'

const document = depthGraph(catalogue)
const states = (phase: (id: string) => NodeState) => new Map(document.nodes.map(({ id }) => [id, phase(id)]))
const stale: NodeState = { phase: 'stale', members: 1, of: 1 }
const cached: NodeState = { phase: 'cached' }

describe('livePlan', () => {
  it('waits for a pause when a heavy node must run that has never run here', () => {
    expect(
      livePlan(
        document,
        catalogue,
        states(() => stale),
      ),
    ).toEqual({ targets: ['view'], pause: 400 })
  })

  it('runs at once when only light nodes must', () => {
    const plan = livePlan(
      document,
      catalogue,
      states((id) => (['color', 'view'].includes(id) ? stale : cached)),
    )
    expect(plan).toEqual({ targets: ['view'], pause: 0 })
  })

  it.each([
    [10, 0],
    [400, 120],
    [2_000, 400],
    [60_000, 600],
  ])('where %d ms must run, waits %d ms', (ms, pause) => {
    const known = states((id) => (id === 'denoise' ? { ...stale, ms } : cached))
    expect(livePlan(document, catalogue, known)?.pause).toBe(pause)
    expect(forecast(document, catalogue, known, ['view'])).toBe(ms)
  })

  it('waits as long as what is looked at takes, not for what comes after it', () => {
    const more = {
      ...document,
      nodes: [...document.nodes, ...graph(catalogue, { slow: ['depth/vae-decode', 0, 0] }).nodes],
    }
    const known = new Map(
      more.nodes.map(({ id }) => [id, id === 'slow' ? { ...stale, ms: 5_000 } : { ...stale, ms: 1 }]),
    )
    expect(livePlan(more, catalogue, known, 'view')?.pause).toBe(0)
    expect(livePlan(more, catalogue, known)?.pause).toBe(600)
  })

  it('leaves out sinks behind a blocked node', () => {
    const error = { code: 'graph/open-input', message: 'open' }
    const blocked = states((id) => (id === 'match' ? { phase: 'blocked', error } : stale))
    expect(livePlan(document, catalogue, blocked)).toBeUndefined()
    expect(livePlan(document, catalogue, blocked, 'decode')?.targets).toEqual(['decode'])
  })
})

describe('Run asks for', () => {
  const error = { code: 'graph/open-input', message: 'open' }
  const blocked = (...ids: string[]) => new Map(ids.map((id): [string, NodeState] => [id, { phase: 'blocked', error }]))

  it('sinks that are blocked, to say why, and leaves out other nodes that are not finished', () => {
    const more = graph(catalogue, { loose: ['depth/colorize', 0, 0], other: ['output/view', 0, 0] })
    const both = { ...document, nodes: [...document.nodes, ...more.nodes] }
    expect(shown(both, catalogue, blocked('loose', 'other'))).toEqual(['view', 'other'])
  })

  it('a blocked node where there is nothing else, and for nothing in an empty graph', () => {
    const lone = graph(catalogue, { decode: ['depth/vae-decode', 0, 0] })
    expect(shown(lone, catalogue, blocked('decode'))).toEqual(['decode'])
    expect(shown(graph(catalogue, {}), catalogue, new Map())).toEqual([])
  })
})
