import { expect, it } from 'vitest'
import { hash128, sha256 } from '../../src/base/hash.ts'

/** Two ASCII bytes to a UTF-16 code unit, so that published vectors over bytes apply. */
const packed = (ascii: string) =>
  ascii.replace(/../g, (two) => String.fromCharCode(two.charCodeAt(0) | (two.charCodeAt(1) << 8)))

it('hash128 is MurmurHash3_x86_128 over UTF-16', () => {
  expect(hash128('')).toBe('0'.repeat(32))
  expect(hash128(packed('I will not buy this record, it is scratched.'))).toBe('a0a9683b25ac5e40d9af2895890dddf5')
  expect(hash128('The quick brown fox')).toBe('555341f7b8b1ce77e2d7d7a3360417fe')
})

it('hash128 tells apart what differs in any one character, or in length by zeros', () => {
  const text = '{"seed":0,"steps":4,"type":"depth/ddim-denoise"}'
  const seen = new Set([hash128(text)])
  let made = 1
  for (let at = 0; at < text.length; at++) {
    for (const other of ['0', '\u0100', '\0']) {
      if (text[at] === other) continue
      seen.add(hash128(text.slice(0, at) + other + text.slice(at + 1)))
      made += 1
    }
  }
  for (let zeros = 1; zeros < 20; zeros++, made++) seen.add(hash128(text + '\0'.repeat(zeros)))
  expect(seen.size).toBe(made)
})

it('hash128 spreads 100,000 counted keys over all its words', () => {
  const words = [0, 8, 16, 24].map(() => new Set<string>())
  for (let i = 0; i < 100_000; i++) {
    const hash = hash128(`member ${i}`)
    words.forEach((seen, w) => seen.add(hash.slice(8 * w, 8 * w + 8)))
  }
  // Of 1e5 random 32-bit words about 1.2 coincide.
  for (const seen of words) expect(seen.size).toBeGreaterThan(99_985)
})

it('sha256 gives the standard vector', async () => {
  expect(await sha256(new TextEncoder().encode('abc'))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})
