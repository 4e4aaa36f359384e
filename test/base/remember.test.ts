import { expect, test } from 'vitest'
import { remember } from '../../src/base/remember.ts'

test('makes once, and tries again after a failure', async () => {
  const known = new Map<string, Promise<number>>()
  let made = 0
  const make = async () => {
    made += 1
    if (made === 1) throw new Error('not yet')
    return made
  }
  await expect(remember(known, 'a', make)).rejects.toThrow('not yet')
  expect(await Promise.all([remember(known, 'a', make), remember(known, 'a', make)])).toEqual([2, 2])
})

test('a late failure does not forget what was made anew', async () => {
  const known = new Map<string, Promise<number>>()
  let fail: () => void = () => undefined
  const late = remember(known, 'a', () => new Promise((_, reject) => (fail = () => reject(new Error('late')))))
  known.delete('a')
  await remember(known, 'a', async () => 2)
  fail()
  await expect(late).rejects.toThrow('late')
  expect(await known.get('a')).toBe(2)
})
