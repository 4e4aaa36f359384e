/**
 * The little of WebAssembly's binary format (WebAssembly Core Specification 2.0, §5) that straight-line SIMD code needs:
 * instructions as bytes, and a module of one function over its own memory.
 */
export type Code = readonly number[]

/** Unsigned LEB128. */
function unsigned(value: number): Code {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest]
    bytes.push((rest & 0x7f) | 0x80)
  }
}

/** `bytes` with their number before them. */
const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes]
const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()]
const section = (id: number, content: Code): Code => [id, ...sized(content)]
const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)]

export const getLocal = (index: number): Code => [0x20, ...unsigned(index)]
export const setLocal = (index: number): Code => [0x21, ...unsigned(index)]
/** v128.load and v128.store at an address from the stack plus `offset` bytes, aligned to 16. */
export const loadLanes = (offset: number): Code => [...simd(0x00), 4, ...unsigned(offset)]
export const storeLanes = (offset: number): Code => [...simd(0x0b), 4, ...unsigned(offset)]
/** Bit by bit. A lane of all ones is a NaN. */
export const orLanes: Code = simd(0x50)
/** One float32 at a fixed address in all four lanes. */
export const splatFrom = (offset: number): Code => [0x41, 0, ...simd(0x09), 2, ...unsigned(offset)]
export const f32x4 = {
  abs: simd(0xe0),
  add: simd(0xe4),
  subtract: simd(0xe5),
  multiply: simd(0xe6),
  /** One instruction of the processor each; what they make of NaN depends on the side it is on. */
  min: simd(0xea),
  max: simd(0xeb),
  /** All bits where the lanes differ, else none. */
  differ: simd(0x42),
} as const

/** The index of the local that counts bytes in a loop over lanes; those of the body begin after it. */
export const AT = 1
export const FIRST_LANES = 2

/**
 * A module whose `run(bytes)` repeats `body` for AT = 0, 16, … below `bytes`, with `lanes` locals of four float32, over a
 * memory of at least `memory` bytes, exported as `memory`.
 */
export function laneLoop(body: Code, lanes: number, memory: number): WebAssembly.Module {
  const [i32, v128, none] = [0x7f, 0x7b, 0x40]
  const locals = vector([
    [...unsigned(1), i32],
    [...unsigned(lanes), v128],
  ])
  const step = [...getLocal(AT), 0x41, 16, 0x6a, ...setLocal(AT)]
  const again = [...getLocal(AT), ...getLocal(0), 0x49, 0x0d, 0]
  const code = [...locals, 0x03, none, ...body, ...step, ...again, 0x0b, 0x0b]
  const name = (text: string): Code => sized([...text].map((letter) => letter.charCodeAt(0)))
  return new WebAssembly.Module(
    Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, vector([[0x60, ...vector([[i32]]), ...vector([])]])),
      ...section(3, vector([[0]])),
      ...section(5, vector([[0, ...unsigned(Math.ceil(memory / 65536))]])),
      ...section(
        7,
        vector([
          [...name('memory'), 2, 0],
          [...name('run'), 0, 0],
        ]),
      ),
      ...section(10, vector([sized(code)])),
    ]),
  )
}
