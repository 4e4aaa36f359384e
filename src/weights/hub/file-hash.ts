import { createSHA1, createSHA256, type IHasher } from 'hash-wasm'

/**
 * What the Hub publishes of a file's content: SHA-256 of those in large file storage, which all weights are, and git's
 * blob id (SHA-1 over a header and the content) of small texts.
 */
export interface FileHash {
  readonly algorithm: 'sha256' | 'git-sha1'
  /** Lower-case hexadecimal. */
  readonly hex: string
}

export const isFileHash = (algorithm: unknown, hex: unknown): boolean =>
  typeof hex === 'string' &&
  ((algorithm === 'sha256' && /^[0-9a-f]{64}$/.test(hex)) || (algorithm === 'git-sha1' && /^[0-9a-f]{40}$/.test(hex)))

/** A hash that is fed in parts: `crypto.subtle` wants all at once, which for weights would be gigabytes of memory. */
export class StreamedHash {
  readonly #hasher: IHasher

  private constructor(hasher: IHasher) {
    this.#hasher = hasher
  }

  /** Of a content of so many bytes. */
  static async of(algorithm: FileHash['algorithm'], bytes: number): Promise<StreamedHash> {
    const hasher = await (algorithm === 'sha256' ? createSHA256() : createSHA1())
    if (algorithm === 'git-sha1') hasher.update(`blob ${bytes}\0`)
    return new StreamedHash(hasher)
  }

  update(bytes: Uint8Array): void {
    this.#hasher.update(bytes)
  }

  /** Ends it. */
  hex(): string {
    return this.#hasher.digest('hex')
  }
}
