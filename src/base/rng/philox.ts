export type Words4 = [number, number, number, number]

/**
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11): four random 32-bit words of a
 * 128-bit counter and a 64-bit key. Writes into `out` and returns it.
 */
export function philox(counter: Words4, key0: number, key1: number, out: Words4): Words4 {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = [key0, key1]
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(0xd2511f53, c0)
    const low0 = Math.imul(0xd2511f53, c0)
    const high1 = mulHigh(0xcd9e8d57, c2)
    const low1 = Math.imul(0xcd9e8d57, c2)
    c0 = high1 ^ c1 ^ k0
    c1 = low1
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + 0x9e3779b9) | 0
    k1 = (k1 + 0xbb67ae85) | 0
  }
  out[0] = c0 >>> 0
  out[1] = c1 >>> 0
  out[2] = c2 >>> 0
  out[3] = c3 >>> 0
  return out
}

/** The upper 32 of the 64 bits of an unsigned product, by halves so that every step is exact. */
function mulHigh(a: number, b: number): number {
  const [a1, a0] = [a >>> 16, a & 0xffff]
  const [b1, b0] = [b >>> 16, b & 0xffff]
  const middle = a1 * b0 + ((a0 * b0) >>> 16)
  const carry = (middle & 0xffff) + a0 * b1
  return (a1 * b1 + Math.floor(middle / 65536) + Math.floor(carry / 65536)) | 0
}
