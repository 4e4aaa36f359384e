/**
 * A protobuf writer with just what ONNX files need: varints, floats, bytes, strings, packed lists, nested messages.
 * Wire format: https://protobuf.dev/programming-guides/encoding/
 */
export class ProtoWriter {
  #bytes = new Uint8Array(256)
  #length = 0

  /** A varint field (int32, int64, enum). Negative numbers take ten bytes, as protobuf wants. */
  int(field: number, value: number | bigint): this {
    this.#tag(field, 0)
    return this.#varint(BigInt.asUintN(64, BigInt(value)))
  }

  float(field: number, value: number): this {
    this.#tag(field, 5)
    const at = this.#reserve(4)
    new DataView(this.#bytes.buffer).setFloat32(at, value, true)
    return this
  }

  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, 2)
    this.#varint(BigInt(value.length))
    const at = this.#reserve(value.length)
    this.#bytes.set(value, at)
    return this
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value))
  }

  /** A repeated integer field, packed. */
  ints(field: number, values: readonly (number | bigint)[]): this {
    const packed = new ProtoWriter()
    for (const value of values) packed.#varint(BigInt.asUintN(64, BigInt(value)))
    return this.bytes(field, packed.finish())
  }

  /** A nested message. */
  message(field: number, write: (inner: ProtoWriter) => void): this {
    const inner = new ProtoWriter()
    write(inner)
    return this.bytes(field, inner.finish())
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #tag(field: number, wire: number): void {
    this.#varint(BigInt((field << 3) | wire))
  }

  #varint(value: bigint): this {
    let rest = value
    // Reserved first: growing replaces the array, and an assignment would still write to the old one.
    for (; rest > 0x7fn; rest >>= 7n) this.#byte(Number(rest & 0x7fn) | 0x80)
    return this.#byte(Number(rest))
  }

  #byte(value: number): this {
    const at = this.#reserve(1)
    this.#bytes[at] = value
    return this
  }

  /** Makes room for `length` more bytes and gives their position. */
  #reserve(length: number): number {
    const at = this.#length
    this.#length += length
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length))
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    return at
  }
}

const utf8 = new TextEncoder()
