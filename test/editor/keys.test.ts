import { describe, expect, it } from 'vitest'
import { ACTIONS } from '../../src/editor/actions.ts'
import { pressed } from '../../src/editor/keys.ts'

const event = (key: string, held = '') => ({
  key,
  ctrlKey: held.includes('ctrl'),
  metaKey: held.includes('meta'),
  shiftKey: held.includes('shift'),
})

describe('pressed', () => {
  it.each([
    ['Ctrl+Shift+Z', event('Z', 'ctrl shift'), true],
    ['Ctrl+Shift+Z', event('z', 'ctrl'), false],
    ['Ctrl+Z', event('Z', 'ctrl shift'), false],
    ['Ctrl+Z', event('z', 'meta'), true],
    ['Z', event('z', 'ctrl'), false],
    ['?', event('?', 'shift'), true],
    ['+', event('+', 'shift'), true],
    ['+', event('+'), true],
    ['Space', event(' '), true],
    ['Delete', event('Delete'), true],
    ['Delete', event('Delete', 'ctrl'), false],
  ])('%s as %o: %s', (written, given, expected) => {
    expect(pressed(written, given)).toBe(expected)
  })
})

it('no key means two things', () => {
  const repeated = (keys: readonly string[]) => keys.filter((key, at) => keys.indexOf(key) !== at)
  expect(repeated(ACTIONS.flatMap(({ keys = [], canvasKeys = [] }) => [...keys, ...canvasKeys]))).toEqual([])
  expect(repeated(ACTIONS.flatMap(({ viewerKeys = [] }) => viewerKeys))).toEqual([])
  expect(new Set(ACTIONS.map(({ name }) => name)).size).toBe(ACTIONS.length)
})
