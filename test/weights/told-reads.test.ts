import { expect, it } from 'vitest'
import { memoryFiles } from '../../src/weights/files.ts'
import { toldReads } from '../../src/weights/told-reads.ts'

it('tells of each piece that is read at once, and gives the bytes that the files have', async () => {
  let told = 0
  const files = toldReads(memoryFiles('a', new Map([['x', Uint8Array.of(1, 2, 3)]])), () => (told += 1))
  const source = await files.open('x')
  expect([files.name, files.sizes.get('x'), source.size]).toEqual(['a', 3, 3])
  expect(await source.slice(1, 3)).toEqual(Uint8Array.of(2, 3))
  expect(told).toBe(0)
  const held = await source.hold()
  expect(held.read(0, 2)).toEqual(Uint8Array.of(1, 2))
  expect(held.read(2, 3)).toEqual(Uint8Array.of(3))
  expect(told).toBe(2)
})
