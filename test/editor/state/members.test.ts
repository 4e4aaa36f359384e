import { expect, test } from 'vitest'
import { Strips } from '../../../src/editor/state/members.svelte.ts'

const DECODE = { node: 'decode', socket: 'depth' }
const DENOISE = { node: 'denoise', socket: 'latent' }
const shownOn = (...nodes: string[]) => nodes.map((node) => ({ node, merged: node === 'align' }))

function session() {
  const strips = new Strips()
  let open = 0
  const bitmap = (): ImageBitmap => {
    open++
    return { width: 1, height: 1, close: () => void open-- }
  }
  return {
    strips,
    tell: (keys: readonly string[], on = shownOn('decode'), at = DECODE) => strips.tell({ ...at, keys, shownOn: on }),
    add: (member: number, key: string, at = DECODE) => strips.add({ ...at, member, key, bitmap: bitmap() }),
    spread: (keys: readonly string[], at = DECODE) => strips.spreads({ ...at, keys, bitmap: bitmap() }),
    /** Of each member: there, and of its value now. */
    shown: (node = 'decode') => {
      const strip = strips.on(node)
      return strip?.keys.map((_, member) =>
        strip.picture(member) === undefined ? 'none' : strip.current(member) ? 'current' : 'old',
      )
    },
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
  const { strips, tell, spread, open } = session()
  tell(['a', 'b', 'c'])
  expect(strips.on('decode')?.spread).toBeUndefined()
  spread(['a', 'b'])
  spread(['a', 'b', 'c'])
  expect(strips.on('decode')?.spread).toMatchObject({ of: 3, current: true })
  tell(['a', 'b', 'x'])
  expect(strips.on('decode')?.spread).toMatchObject({ of: 3, current: false })
  expect(open()).toBe(1)
  tell(['a'])
  expect(strips.on('decode')?.spread).toBeUndefined()
  expect(open()).toBe(0)
})

test('an ensemble is shown on the node that makes one value of it as on its own, and stays there alone', () => {
  const { strips, tell, add, shown } = session()
  tell(['a', 'b'], shownOn('decode', 'align'))
  add(0, 'a')
  add(1, 'b')
  for (const node of ['decode', 'align']) expect(shown(node)).toEqual(['current', 'current'])
  expect(strips.on('align')?.mergedOn('align')).toBe(true)
  expect(strips.on('decode')?.mergedOn('decode')).toBe(false)
  expect(strips.on('align')?.at).toMatchObject(DECODE)
  tell(['a', 'b'], shownOn('align'))
  expect(shown('decode')).toBeUndefined()
  expect(shown('align')).toEqual(['current', 'current'])
})

test('pictures of what is shown no more, and of members that are gone, are closed and not shown', () => {
  const { strips, tell, add, spread, shown, open } = session()
  tell(['a', 'b'])
  add(0, 'a')
  add(1, 'b')
  spread(['a', 'b'])
  tell([], [])
  tell(['d', 'e'], shownOn('denoise'), DENOISE)
  expect(open()).toBe(0)
  expect(strips.on('decode')).toBeUndefined()
  expect(strips.on('denoise')?.spread).toBeUndefined()
  add(0, 'a')
  spread(['a', 'b'])
  add(2, 'f', DENOISE)
  expect(shown('denoise')).toEqual(['none', 'none'])
  expect(open()).toBe(0)
  add(0, 'd', DENOISE)
  spread(['d', 'e'], DENOISE)
  expect(open()).toBe(2)
  strips.clear()
  expect(open()).toBe(0)
  expect(strips.on('denoise')).toBeUndefined()
})
