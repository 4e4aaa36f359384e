import { describe, expect, it } from 'vitest'
import { ProtoWriter } from '../../src/onnx/proto.ts'

describe('ProtoWriter', () => {
  const bytes = (write: (out: ProtoWriter) => unknown): number[] => {
    const out = new ProtoWriter()
    write(out)
    return [...out.finish()]
  }

  it("writes the examples of protobuf's own documentation", () => {
    expect(bytes((out) => out.int(1, 150))).toEqual([0x08, 0x96, 0x01])
    expect(bytes((out) => out.string(2, 'testing'))).toEqual([0x12, 0x07, ...new TextEncoder().encode('testing')])
    expect(bytes((out) => out.message(3, (inner) => inner.int(1, 150)))).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01])
    expect(bytes((out) => out.ints(6, [3, 270, 86942]))).toEqual([0x32, 6, 3, 0x8e, 2, 0x9e, 0xa7, 5])
  })

  it('writes negative numbers as ten bytes, floats little-endian, and large field numbers', () => {
    expect(bytes((out) => out.int(1, -1))).toEqual([0x08, ...Array.from({ length: 9 }, () => 0xff), 1])
    expect(bytes((out) => out.float(2, 1))).toEqual([0x15, 0, 0, 0x80, 0x3f])
    expect(bytes((out) => out.int(20, 7))).toEqual([0xa0, 0x01, 7])
    expect(bytes((out) => out.int(1, 2n ** 53n))).toEqual([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10])
  })

  it('keeps everything when its buffer grows in the middle of a field', () => {
    for (const length of [127, 128, 253, 254, 255, 256, 257, 511, 512, 70_000]) {
      const payload = Uint8Array.from({ length }, (_, i) => i % 251)
      const written = bytes((out) => out.bytes(1, payload).int(2, 300))
      expect(written.slice(-3), String(length)).toEqual([0x10, 0xac, 0x02])
      expect(written.slice(-3 - length, -3), String(length)).toEqual([...payload])
    }
  })
})
