import { sha1 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'

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
  readonly #hash: ReturnType<typeof sha256.create> | ReturnType<typeof sha1.create>

  constructor(algorithm: FileHash['algorithm'], bytes: number) {
    this.#hash = algorithm === 'sha256' ? sha256.create() : sha1.create()
    if (algorithm === 'git-sha1') this.#hash.update(new TextEncoder().encode(`blob ${bytes}\0`))
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes)
  }

  /** Ends it. */
  hex(): string {
    return Array.from(this.#hash.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }
}
