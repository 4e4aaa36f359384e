import { tensorsOf, type PortValue } from '../../node/values.ts'
import { bytesOf, count, type Backend, type Tensor } from '../../tensor/tensor.ts'
import type { Outputs } from './cache.ts'

/**
 * A node's outputs for one member as bytes, to leave the backend: SHA-256 of the rest (32 bytes), length of the header
 * (u32), header (JSON, padded to 4 bytes: the values by socket, dims in place of each tensor), then the tensors' float32
 * in the order of the header. Little-endian, as everything that runs this.
 */
export type Packed = Uint8Array<ArrayBuffer>

const DIGEST = 32

interface Header {
  readonly outputs: Readonly<Record<string, PackedValue>>
}
type PackedValue = Omit<PortValue, 'tensor'> & { readonly tensor?: readonly number[] }

/** Reads every tensor back. The outputs are borrowed until this resolves. */
export async function pack(outputs: Outputs, backend: Backend): Promise<Packed> {
  const header: Header = {
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([socket, value]) => [
        socket,
        'tensor' in value ? { ...value, tensor: value.tensor.dims } : value,
      ]),
    ),
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  const tensors = Object.values(outputs).flatMap(tensorsOf)
  const start = DIGEST + 4 + Math.ceil(json.length / 4) * 4
  const packed = new Uint8Array(start + tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0))
  new DataView(packed.buffer).setUint32(DIGEST, json.length, true)
  packed.set(json, DIGEST + 4)
  let at = start
  for (const tensor of tensors) {
    const values = new Float32Array(packed.buffer, at, count(tensor.dims))
    values.set((await backend.read(tensor)).subarray(0, values.length))
    at += values.byteLength
  }
  packed.set(await digest(packed), 0)
  return packed
}

/** The outputs, on the backend and the caller's; undefined when the bytes are not what `pack` made. */
export async function unpack(packed: Packed, backend: Backend): Promise<Outputs | undefined> {
  if (packed.length < DIGEST + 4) return undefined
  const expected = await digest(packed)
  if (!expected.every((byte, i) => byte === packed[i])) return undefined
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(DIGEST, true)
  const json = new TextDecoder().decode(packed.subarray(DIGEST + 4, DIGEST + 4 + length))
  const { outputs } = JSON.parse(json) as Header
  let at = DIGEST + 4 + Math.ceil(length / 4) * 4
  const made: Tensor[] = []
  try {
    return Object.fromEntries(
      Object.entries(outputs).map(([socket, { tensor: dims, ...value }]) => {
        if (dims === undefined) return [socket, value as PortValue]
        const begin = packed.byteOffset + at
        at += 4 * count(dims)
        const bytes = packed.buffer.slice(begin, packed.byteOffset + at)
        const tensor = backend.upload(new Float32Array(bytes), dims)
        made.push(tensor)
        return [socket, { ...value, tensor } as PortValue]
      }),
    )
  } catch (error) {
    for (const tensor of made) tensor.release()
    throw error
  }
}

const digest = async (packed: Packed): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', packed.subarray(DIGEST)))
