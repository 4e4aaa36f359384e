import { expect, test } from 'vitest'
import { seen } from '../../../src/editor/state/seen.ts'
import { RunState } from '../../../src/editor/state/run-state.svelte.ts'
import { Viewing } from '../../../src/editor/state/viewing.svelte.ts'
import type { Preview } from '../../../src/engine/events.ts'

function session(node: string) {
  const run = new RunState(() => undefined, {
    ready: () => undefined,
    states: () => undefined,
    begun: () => undefined,
    ended: () => undefined,
    members: () => undefined,
  })
  const viewing = new Viewing()
  viewing.node = node
  const preview = (of: Partial<Preview>): Preview => {
    const size = { width: 1, height: 1 }
    const bitmap = { ...size, close: () => undefined }
    const made = {
      node: 'denoise',
      socket: 'latent',
      member: 0,
      members: 1,
      kind: 'latent',
      full: false,
      ...of,
    } as const
    const whole = { ...made, size, bitmap }
    run.preview(whole)
    return whole
  }
  const early = (shown: number, of: Partial<Preview> = {}) => preview({ steps: { shown, of: 4, kept: [] }, ...of })
  run.begin()
  return { run, viewing, preview, early, seen: () => seen(viewing, run) }
}

const told = (...keys: string[]) => ({
  node: 'denoise',
  socket: 'latent',
  keys,
  shownOn: [{ node: 'denoise', merged: false }],
})

test('while it is denoised the viewer follows, then it stays with the result', () => {
  const { run, preview, early, seen } = session('denoise')
  run.members(told('b'))
  const before = preview({ full: true, key: 'a' })
  expect(seen()).toBe(before)
  for (const step of [1, 2]) {
    const coming = early(step)
    expect(seen()).toBe(coming)
  }
  const after = preview({ full: true, key: 'b' })
  expect(seen()).toBe(after)
})

test('it follows the member that is looked at and no other', () => {
  const { run, viewing, preview, early, seen } = session('denoise')
  run.members(told('a', 'b'))
  const first = preview({ full: true, key: 'a', members: 2 })
  const second = early(1, { member: 1, members: 2 })
  expect(seen()).toBe(first)
  viewing.member = 1
  expect(seen()).toBe(second)
})

test('a node without a picture shows what is being denoised for it, in a run only', () => {
  const { run, preview, early, seen } = session('view')
  expect(seen()).toBeUndefined()
  const coming = early(1)
  expect(seen()).toBe(coming)
  run.cancelled()
  expect(seen()).toBeUndefined()
  run.begin()
  const there = preview({ node: 'view', socket: 'value', kind: 'image' })
  expect(seen()).toBe(there)
})
