import { expect, it } from 'vitest'
import { followed, Hints, HINTS } from '../../src/editor/hints/hints.svelte.ts'
import { apply, type Command } from '../../src/graph/commands.ts'
import { catalogue } from './support/catalogue.ts'
import { depthGraph, graph } from './support/graph.ts'

const document = depthGraph(catalogue)
const after = (command: Command) => followed(document, apply(document, command).document, catalogue)
const node = { id: 'new', type: 'output/view', version: 1, params: {}, position: { x: 0, y: 0 } }

it.each<[string, Command, string | undefined]>([
  ['a photo', { do: 'setParam', node: 'picture', param: 'picture', value: null }, 'photo'],
  ['a number', { do: 'setParam', node: 'noise', param: 'members', value: 3 }, 'number'],
  ['a node', { do: 'addNode', node }, 'add'],
  ['nothing, by a move', { do: 'moveNodes', positions: { noise: { x: 1, y: 1 } } }, undefined],
  ['nothing, by taking away', { do: 'removeNodes', nodes: ['noise'] }, undefined],
  ['nothing, by a title', { do: 'setTitle', title: 'Other' }, undefined],
])('an edit shows that the hint is known about %s', (_, command, hint) => {
  expect(after(command)).toBe(hint)
})

it('opening another graph shows nothing', () => {
  expect(followed(document, depthGraph(catalogue), catalogue)).toBeUndefined()
  expect(followed(document, graph(catalogue, { a: ['output/view', 0, 0] }), catalogue)).toBeUndefined()
})

it('what is done is gone for good, in what order it is done', () => {
  const stored = new Map<string, string>()
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  }
  expect(new Hints(storage).left).toEqual(HINTS)
  new Hints(storage).done('number')
  expect(new Hints(storage).left).toEqual(['photo', 'add', 'find'])
  new Hints(storage).dismiss()
  expect(new Hints(storage).left).toEqual([])
})
