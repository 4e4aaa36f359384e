import { Mt19937 } from './mt19937.ts'
import type { NoiseGenerator } from './generator.ts'

const BLOCK = 16

/**
 * `torch.randn(numel, generator=torch.Generator('cpu').manual_seed(seed))` in float32, draw after draw. The uniform
 * numbers behind it are exact; the values agree to about 3e-7, as torch has its own vector log, sin and cos.
 *
 * From 16 values on, whole blocks of 16 uniform floats become 16 normals (ATen `normal_fill`); when numel is no
 * multiple of 16, the last 16 values are drawn anew. Fewer than 16 values take ATen's `normal_distribution<double>`,
 * which makes two at a time and keeps the second for a later draw of fewer than 16.
 */
export class TorchCpu implements NoiseGenerator {
  readonly #mt: Mt19937
  #spare: number | undefined

  constructor(seed: number) {
    this.#mt = new Mt19937(seed)
  }

  randn(numel: number): Float32Array {
    return this.part(numel, 0, numel)
  }

  part(numel: number, begin: number, end: number): Float32Array {
    if (numel < BLOCK) return Float32Array.from({ length: numel }, () => this.#single()).slice(begin, end)
    const out = new Float32Array(end - begin)
    const redrawnFrom = numel % BLOCK === 0 ? numel : numel - BLOCK
    let at = Math.min(begin - (begin % BLOCK), numel)
    this.#mt.skip(at)
    for (; at < Math.min(end, redrawnFrom); at += BLOCK) place(this.#block(), at, out, begin)
    this.#mt.skip(numel - at)
    if (redrawnFrom < numel) {
      if (end > redrawnFrom) place(this.#block(), redrawnFrom, out, begin)
      else this.#mt.skip(BLOCK)
    }
    return out
  }

  /** Box–Muller on u₁ = 1 − d[j], u₂ = d[j+8] for j < 8; ATen `normal_fill_16`. */
  #block(): Float32Array {
    const d = new Float32Array(BLOCK)
    for (let j = 0; j < BLOCK; j++) d[j] = (this.#mt.uint32() & 0xffffff) * 2 ** -24
    for (let j = 0; j < BLOCK / 2; j++) {
      const r = Math.sqrt(-2 * Math.log(1 - (d[j] as number)))
      const theta = Math.fround(TWO_PI * (d[j + 8] as number))
      d[j] = r * Math.cos(theta)
      d[j + 8] = r * Math.sin(theta)
    }
    return d
  }

  #single(): number {
    const spare = this.#spare
    this.#spare = undefined
    if (spare !== undefined) return spare
    const u1 = this.#uniform53()
    const u2 = this.#uniform53()
    const r = Math.sqrt(-2 * Math.log1p(-u2))
    this.#spare = r * Math.sin(2 * Math.PI * u1)
    return r * Math.cos(2 * Math.PI * u1)
  }

  /** The low 53 bits of two words, the first one high, over 2⁵³. */
  #uniform53(): number {
    const high = this.#mt.uint32() & 0x1fffff
    return (high * 2 ** 32 + this.#mt.uint32()) * 2 ** -53
  }
}

const TWO_PI = Math.fround(2 * Math.PI)

/** Copies what of the block at `at` falls into `out`, which begins at `begin`. */
function place(block: Float32Array, at: number, out: Float32Array, begin: number): void {
  for (let j = Math.max(0, begin - at); j < BLOCK && at + j - begin < out.length; j++) {
    out[at + j - begin] = block[j] as number
  }
}
