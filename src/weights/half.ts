/**
 * float16 and bfloat16, as bit patterns in a Uint16Array, to and from float32. Node 20 has no Float16Array.
 */

const bits = new Uint32Array(1)
const number = new Float32Array(bits.buffer)

/** float32 of one float16 bit pattern: sign 1, exponent 5 (bias 15), fraction 10. */
function f16ValueBits(h: number): number {
  const sign = (h & 0x8000) << 16
  const exponent = (h >> 10) & 0x1f
  const fraction = h & 0x3ff
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13)
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13)
  number[0] = fraction * 2 ** -24 // subnormal, exact
  return sign | (bits[0] ?? 0)
}

/** All 65536 values, 256 kB, made on first use: one load per element beats bit arithmetic. */
let f16Table: Uint32Array | undefined

/** Every float16 is a float32: exact, NaN payloads kept. Written into `out`, of the same length, which is returned. */
export function f16ToF32(halves: Uint16Array, out: Float32Array = new Float32Array(halves.length)): Float32Array {
  f16Table ??= Uint32Array.from({ length: 65536 }, (_, h) => f16ValueBits(h))
  const outBits = new Uint32Array(out.buffer, out.byteOffset, out.length)
  for (let i = 0; i < halves.length; i++) outBits[i] = f16Table[halves[i] as number] as number
  return out
}

/** bfloat16 is the upper half of a float32: exact. Written into `out` as by `f16ToF32`. */
export function bf16ToF32(halves: Uint16Array, out: Float32Array = new Float32Array(halves.length)): Float32Array {
  const outBits = new Uint32Array(out.buffer, out.byteOffset, out.length)
  for (let i = 0; i < halves.length; i++) outBits[i] = (halves[i] as number) << 16
  return out
}

/** Rounds to the nearest float16, ties to even, as IEEE 754 and torch do. Above 65519.99 it is infinite; NaN stays NaN. */
export function f32ToF16(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length)
  const valueBits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  for (let i = 0; i < values.length; i++) out[i] = roundToF16(valueBits[i] as number)
  return out
}

function roundToF16(f: number): number {
  const sign = (f >>> 16) & 0x8000
  const magnitude = f & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >> 13) & 0x3ff)
  if (magnitude >= 0x477ff000) return sign | 0x7c00 // 65520 and above
  if (magnitude >= 0x38800000) {
    // Normal: drop 13 fraction bits; a carry out of the fraction steps the exponent, as it should.
    const rebased = magnitude - (112 << 23)
    return sign | ((rebased + 0xfff + ((rebased >> 13) & 1)) >> 13)
  }
  // Subnormal: float32 addition itself rounds to the grid 2^-24 of float16 subnormals (0.5 has that spacing).
  bits[0] = magnitude
  number[0] = (number[0] ?? 0) + 0.5
  return sign | ((bits[0] ?? 0) - 0x3f000000)
}
