import { expect, test } from 'vitest'
import { memberText } from '../../src/base/member-text.ts'

test.each([
  [[2], 10, 'member 3 of 10'],
  [[0, 1, 2, 3], 10, 'members 1 to 4 of 10'],
  [[8, 9], 10, 'members 9 to 10 of 10'],
  // Those between are cached.
  [[0, 2, 3], 4, 'members 1, 3, 4 of 4'],
])('members %j of %i are called "%s"', (members, of, expected) => {
  expect(memberText(members, of)).toBe(expected)
})
