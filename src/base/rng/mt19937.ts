const N = 624
const M = 397

/** Mersenne Twister MT19937 (Matsumoto & Nishimura 1998), the generator behind torch's CPU random numbers. */
export class Mt19937 {
  readonly #state = new Uint32Array(N)
  #next = N

  /** Only the low 32 bits of the seed count, as in torch. */
  constructor(seed: number) {
    let x = seed >>> 0
    this.#state[0] = x
    for (let j = 1; j < N; j++) {
      x = (Math.imul(1812433253, x ^ (x >>> 30)) + j) >>> 0
      this.#state[j] = x
    }
  }

  /** The next of the sequence, 0 .. 2³² − 1. */
  uint32(): number {
    if (this.#next === N) this.#twist()
    let y = this.#state[this.#next++] as number
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }

  /** As if `uint32` were called `count` times; the words are made, but not tempered. */
  skip(count: number): void {
    let left = count
    while (left > N - this.#next) {
      left -= N - this.#next
      this.#twist()
    }
    this.#next += left
  }

  #twist(): void {
    const s = this.#state
    for (let j = 0; j < N; j++) {
      const y = ((s[j] as number) & 0x80000000) | ((s[(j + 1) % N] as number) & 0x7fffffff)
      s[j] = (s[(j + M) % N] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
    }
    this.#next = 0
  }
}
