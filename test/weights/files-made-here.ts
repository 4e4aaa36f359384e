import { DTYPE_BYTES, type Dtype } from '../../src/weights/dtype.ts'

export interface MadeTensor {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

/** A safetensors file over a header given as text, whatever it says. */
export function fileWithHeader(header: string | Uint8Array, data: Uint8Array, claimedLength?: bigint): Uint8Array {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header
  const file = new Uint8Array(8 + json.length + data.length)
  new DataView(file.buffer).setBigUint64(0, claimedLength ?? BigInt(json.length), true)
  file.set(json, 8)
  file.set(data, 8 + json.length)
  return file
}

/** A valid safetensors file, in the order given, header padded to 8 bytes as the Python writer does. */
export function safetensors(
  tensors: Readonly<Record<string, MadeTensor>>,
  metadata?: Record<string, string>,
): Uint8Array {
  const header: [string, unknown][] = metadata ? [['__metadata__', metadata]] : []
  let at = 0
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header.push([name, { dtype, shape, data_offsets: [at, at + bytes.length] }])
    at += bytes.length
  }
  const json = `{${header.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
  const data = new Uint8Array(at)
  at = 0
  for (const { bytes } of Object.values(tensors)) {
    data.set(bytes, at)
    at += bytes.length
  }
  return fileWithHeader(json.padEnd(Math.ceil(json.length / 8) * 8, ' '), data)
}

/** A tensor whose bytes count up from `first`. */
export function counting(dtype: Dtype, shape: readonly number[], first = 0): MadeTensor {
  const length = shape.reduce((a, b) => a * b, DTYPE_BYTES[dtype])
  return { dtype, shape, bytes: Uint8Array.from({ length }, (_, i) => first + i) }
}

export const f32 = (shape: readonly number[], values: Iterable<number>): MadeTensor => ({
  dtype: 'F32',
  shape,
  bytes: new Uint8Array(Float32Array.from(values).buffer),
})
