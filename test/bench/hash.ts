/**
 * SHA-256 as downloads compute it, fed in parts, beside `crypto.subtle`, which is the system's own but wants all at once:
 *
 *   npx esbuild test/bench/hash.ts --bundle --platform=node --format=esm | node --input-type=module - [MB 256]
 *
 * Prints the medians of seven rounds and fails when the two find different hashes.
 */
import { performance } from 'node:perf_hooks'
import { sha256 } from '../../src/base/hash.ts'
import { StreamedHash } from '../../src/weights/hub/file-hash.ts'

const ROUNDS = 7
const PART = 2 ** 20

const megabytes = Number(process.argv[2] ?? 256)
const bytes = Uint8Array.from({ length: megabytes * 1e6 }, (_, i) => Math.imul(i, 2654435761) >>> 24)

async function streamed(): Promise<string> {
  const hash = await StreamedHash.of('sha256', bytes.length)
  for (let at = 0; at < bytes.length; at += PART) hash.update(bytes.subarray(at, at + PART))
  return hash.hex()
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN

const seconds: Readonly<Record<'parts' | 'whole', number[]>> = { parts: [], whole: [] }
for (let round = 0; round < ROUNDS; round++) {
  const times = [performance.now()]
  const parts = await streamed()
  times.push(performance.now())
  const whole = await sha256(bytes)
  times.push(performance.now())
  if (parts !== whole) throw new Error(`${parts} in parts, ${whole} as a whole`)
  const [a = NaN, b = NaN, c = NaN] = times
  seconds.parts.push((b - a) / 1000)
  seconds.whole.push((c - b) / 1000)
}
const [parts, whole] = [median(seconds.parts), median(seconds.whole)]
console.log(`in parts ${(megabytes / parts).toFixed(0)} MB/s, crypto.subtle ${(megabytes / whole).toFixed(0)} MB/s`)
console.log(`in parts: ${(parts / whole).toFixed(1)} times the time of crypto.subtle`)
