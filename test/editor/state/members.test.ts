import { expect, test } from 'vitest'
import { ViewedMembers } from '../../../src/editor/state/members.svelte.ts'

function session() {
  const members = new ViewedMembers()
  let open = 0
  const bitmap = (): ImageBitmap => {
    open++
    return { width: 1, height: 1, close: () => void open-- }
  }
  const at = { node: 'decode', socket: 'depth' }
  return {
    members,
    tell: (keys: readonly string[], where = at) => members.tell({ ...where, keys }),
    add: (member: number, key: string, where = at) => members.add({ ...where, member, key, bitmap: bitmap() }),
    spread: (keys: readonly string[], where = at) => members.spreads({ ...where, keys, bitmap: bitmap() }),
    /** Of each member: there, and of its value now. */
    shown: (node = 'decode') =>
      (members.of(node) ?? []).map((_, member) =>
        members.picture(node, member) === undefined ? 'none' : members.current(node, member) ? 'current' : 'old',
      ),
    open: () => open,
  }
}

test('a member keeps its old picture, marked so, until the new one is there', () => {
  const { tell, add, shown, open } = session()
  tell(['a', 'b', 'c'])
  add(0, 'a')
  add(1, 'b')
  expect(shown()).toEqual(['current', 'current', 'none'])
  tell(['a', 'x', 'c'])
  expect(shown()).toEqual(['current', 'old', 'none'])
  add(1, 'x')
  expect(shown()).toEqual(['current', 'current', 'none'])
  tell(['a'])
  expect(shown()).toEqual(['current'])
  expect(open()).toBe(1)
})

test('a spread says of how many members it is, and is old when one of them is', () => {
  const { members, tell, spread, open } = session()
  tell(['a', 'b', 'c'])
  expect(members.spread('decode')).toBeUndefined()
  spread(['a', 'b'])
  spread(['a', 'b', 'c'])
  expect(members.spread('decode')).toMatchObject({ of: 3, current: true })
  tell(['a', 'b', 'x'])
  expect(members.spread('decode')).toMatchObject({ of: 3, current: false })
  expect(open()).toBe(1)
  tell(['a'])
  expect(members.spread('decode')).toBeUndefined()
  expect(open()).toBe(0)
})

test('pictures of another node, and of members that are gone, are closed and not shown', () => {
  const { members, tell, add, spread, shown, open } = session()
  tell(['a', 'b'])
  add(0, 'a')
  add(1, 'b')
  spread(['a', 'b'])
  const other = { node: 'denoise', socket: 'latent' }
  tell(['d', 'e'], other)
  expect(open()).toBe(0)
  expect(members.of('decode')).toBeUndefined()
  expect(members.spread('denoise')).toBeUndefined()
  add(0, 'a')
  spread(['a', 'b'])
  add(2, 'f', other)
  expect(shown('denoise')).toEqual(['none', 'none'])
  expect(open()).toBe(0)
})
