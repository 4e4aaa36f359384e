import type { ExternalData } from './runtime.ts'

/**
 * External data as onnxruntime-web takes it, without its bytes: of what it takes for a `Uint8Array` the runtime asks only
 * `byteLength`, and `subarray` for each tensor, which it copies before it asks for the next. A file of gigabytes is thus
 * never in memory. (Not a `Blob`: builds without JSPI read all of it first.)
 */
export class OnDemand extends Uint8Array {
  /** What was thrown by reading; the runtime swallows it. */
  failure: unknown
  readonly #external: ExternalData

  constructor(external: ExternalData) {
    super()
    this.#external = external
    Object.defineProperty(this, 'byteLength', { value: external.size })
  }

  override subarray(begin = 0, end = this.byteLength): Uint8Array<ArrayBuffer> {
    try {
      return this.#external.read(begin, end) as Uint8Array<ArrayBuffer>
    } catch (error) {
      this.failure ??= error
      throw error
    }
  }
}
