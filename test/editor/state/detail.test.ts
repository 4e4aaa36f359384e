import { expect, it } from 'vitest'
import { Detail, FAR, type Drawn } from '../../../src/editor/state/detail.svelte.ts'
import { Geometry } from '../../../src/editor/state/geometry.svelte.ts'

/** A row of cards, one every 300 units, all of one look. */
function row(count: number, measured = true) {
  const ids = Array.from({ length: count }, (_, i) => `n${i}`)
  const looks = new Map(ids.map((id) => [id, 'same']))
  const geometry = new Geometry((id) => looks.get(id))
  ids.forEach((id, i) => geometry.nodes.set(id, { x: 300 * i, y: 0 }))
  if (measured) geometry.measured('n0', { width: 236, height: 200 })
  const detail = new Detail(geometry)
  const drawn = (x: number, zoom = 1, used: readonly string[] = []): Drawn => ({
    ids,
    looks,
    seen: { x, y: 0, width: 900, height: 600 },
    zoom,
    used: new Set(used),
  })
  return { ids, geometry, detail, drawn }
}

it('wants the cards in and near the view, the nearest to its middle first, and what is in use wherever it is', () => {
  const { detail, drawn } = row(200)
  const wanted = detail.wanted(drawn(9000, 1, ['n150']))
  expect(wanted[0]).toBe('n31')
  expect(wanted.at(-1)).toBe('n150')
  expect(wanted.length).toBeLessThan(9)
  for (const seen of ['n30', 'n31', 'n32']) expect(wanted).toContain(seen)
})

it('keeps what is whole until it is farther away than where it became so', () => {
  const { detail, drawn } = row(200)
  const before = detail.wanted(drawn(9000))
  for (const id of before) detail.whole.add(id)
  const moved = detail.wanted(drawn(9400))
  expect(before.every((id) => moved.includes(id))).toBe(true)
  expect(detail.wanted(drawn(30_000)).filter((id) => before.includes(id))).toEqual([])
})

it('wants none from afar but what is in use', () => {
  const { detail, drawn } = row(200)
  expect(detail.wanted(drawn(9000, FAR - 0.01, ['n3']))).toEqual(['n3'])
})

it('has one card of each look measured, from which the others have their size and sockets', () => {
  const { detail, drawn, geometry } = row(200, false)
  const socket = { node: 'n199', side: 'input', socket: 'image' } as const
  expect(geometry.socket(socket)).toBeUndefined()
  expect(detail.wanted(drawn(30_000))).toContain('n0')
  geometry.measured('n0', { width: 236, height: 321 }, new Map([['input image', { x: 0, y: 60 }]]))
  expect(geometry.size('n199').height).toBe(321)
  expect(geometry.socket(socket)).toEqual({ x: 300 * 199, y: 60 })
  expect(detail.wanted(drawn(30_000))).not.toContain('n0')
})
