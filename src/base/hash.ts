/** SHA-256 of bytes as lower-case hexadecimal: the content id of pictures and weight files. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * 128-bit hash of a text as 32 hexadecimal digits: names cache entries, at once and without waiting, which
 * `crypto.subtle` cannot. Not for secrets: collisions can be made on purpose.
 *
 * MurmurHash3_x86_128 (Austin Appleby, public domain) over UTF-16 code units, little-endian, seed 0.
 */
export function hash128(text: string): string {
  const h: [number, number, number, number] = [0, 0, 0, 0]
  // Each block is 8 code units = 16 bytes; the last is padded with zeros, which the length tells apart.
  const word = (at: number) => (text.charCodeAt(at) || 0) | ((text.charCodeAt(at + 1) || 0) << 16)
  const whole = text.length - (text.length % 8)
  for (let at = 0; at < whole; at += 8) {
    mixBlock(h, word(at), word(at + 2), word(at + 4), word(at + 6))
  }
  h[3] ^= scramble(word(whole + 6), C4, 18, C1)
  h[2] ^= scramble(word(whole + 4), C3, 17, C4)
  h[1] ^= scramble(word(whole + 2), C2, 16, C3)
  h[0] ^= scramble(word(whole), C1, 15, C2)
  for (let i = 0; i < 4; i++) h[i as 0] ^= 2 * text.length
  spread(h)
  for (let i = 0; i < 4; i++) h[i as 0] = avalanche(h[i as 0])
  spread(h)
  return h.map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('')
}

const [C1, C2, C3, C4] = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93]

const rotate = (x: number, by: number) => (x << by) | (x >>> (32 - by))

const scramble = (k: number, before: number, by: number, after: number) =>
  Math.imul(rotate(Math.imul(k, before), by), after)

function mixBlock(h: [number, number, number, number], k1: number, k2: number, k3: number, k4: number): void {
  h[0] = (Math.imul(rotate(h[0] ^ scramble(k1, C1, 15, C2), 19) + h[1], 5) + 0x561ccd1b) | 0
  h[1] = (Math.imul(rotate(h[1] ^ scramble(k2, C2, 16, C3), 17) + h[2], 5) + 0x0bcaa747) | 0
  h[2] = (Math.imul(rotate(h[2] ^ scramble(k3, C3, 17, C4), 15) + h[3], 5) + 0x96cd1c35) | 0
  h[3] = (Math.imul(rotate(h[3] ^ scramble(k4, C4, 18, C1), 13) + h[0], 5) + 0x32ac3b17) | 0
}

/** Adds all to the first and the first to all. */
function spread(h: [number, number, number, number]): void {
  h[0] = (h[0] + h[1] + h[2] + h[3]) | 0
  h[1] = (h[1] + h[0]) | 0
  h[2] = (h[2] + h[0]) | 0
  h[3] = (h[3] + h[0]) | 0
}

function avalanche(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}
