import { expect, it } from 'vitest'
import { didYouMean, edits } from '../../../src/app/cli/did-you-mean.ts'

it.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['steps', 'steps', 0],
  ['step', 'steps', 1],
  ['setps', 'steps', 1],
  ['stebs', 'steps', 1],
  ['ca', 'abc', 3],
  ['kitten', 'sitting', 3],
])('from "%s" to "%s" are %i edits, both ways', (a, b, distance) => {
  expect([edits(a, b), edits(b, a)]).toEqual([distance, distance])
})

it('suggests the nearest word, and none for a word that is like no other', () => {
  const known = ['denoise', 'decode', 'encode', 'fit']
  expect(didYouMean('denoize', known)).toBe('Did you mean "denoise"? ')
  expect(didYouMean('Decode', known)).toBe('Did you mean "decode"? ')
  expect(didYouMean('incode', known)).toBe('Did you mean "encode"? ')
  expect(didYouMean('colorize', known)).toBe('')
  expect(didYouMean('x', ['y'])).toBe('')
})
