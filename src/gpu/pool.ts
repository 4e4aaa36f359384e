/** Storage buffers that nobody uses now, kept for the next tensor of about the same size. */
export class BufferPool {
  readonly #free = new Map<number, GPUBuffer[]>()
  #bytes = 0

  /** `limit`: bytes kept at most; what is returned beyond that is destroyed. */
  constructor(readonly limit: number) {}

  /** Bytes kept for reuse. */
  get bytes(): number {
    return this.#bytes
  }

  /** A free buffer of the class of `bytes`, its contents undefined. */
  take(bytes: number): GPUBuffer | undefined {
    const buffer = this.#free.get(sizeClass(bytes))?.pop()
    if (buffer) this.#bytes -= buffer.size
    return buffer
  }

  give(buffer: GPUBuffer): void {
    if (this.#bytes + buffer.size > this.limit) return buffer.destroy()
    const same = this.#free.get(buffer.size)
    if (same) same.push(buffer)
    else this.#free.set(buffer.size, [buffer])
    this.#bytes += buffer.size
  }

  clear(): void {
    for (const same of this.#free.values()) for (const buffer of same) buffer.destroy()
    this.#free.clear()
    this.#bytes = 0
  }
}

/**
 * Buffer size for `bytes`: four classes per power of two (at most 25 % waste), at least 256 bytes. Multiples of 64, as
 * onnxruntime binds whole groups of 16 bytes.
 */
export function sizeClass(bytes: number): number {
  if (bytes <= 256) return 256
  const step = 2 ** (Math.ceil(Math.log2(bytes)) - 3)
  return Math.ceil(bytes / step) * step
}
