import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { f32ToF16 } from '../../../src/weights/half.ts'

/** Names and shapes of the tensors of one component. */
export type TensorShapes = Readonly<Record<string, readonly number[]>>

const LEVELS = 4096

/**
 * Writes a safetensors file with seeded float16 weights, in the order of the names, as the Hub's files are; returns the
 * SHA-256 of the values. The recipe, and the same in numpy, is in test/reference/full_size.py.
 */
export async function writeSyntheticWeights(path: string, shapes: TensorShapes): Promise<string> {
  const names = Object.keys(shapes).sort()
  const hash = createHash('sha256')
  const file = await open(path, 'w')
  try {
    await file.write(header(names, shapes))
    for (const [index, name] of names.entries()) {
      const values = new Uint8Array(syntheticTensor(index, name, shapes[name] ?? []).buffer)
      hash.update(values)
      for (let done = 0; done < values.length;) done += (await file.write(values, done)).bytesWritten
    }
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

function header(names: readonly string[], shapes: TensorShapes): Uint8Array {
  let at = 0
  const entries = names.map((name) => {
    const shape = shapes[name] ?? []
    const begin = at
    at += 2 * count(shape)
    return [name, { dtype: 'F16', shape, data_offsets: [begin, at] }] as const
  })
  const json = JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) })
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8, ' '))
  const bytes = new Uint8Array(8 + text.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

function syntheticTensor(index: number, name: string, shape: readonly number[]): Uint16Array {
  const [centre, bound] = centreAndBound(name, shape)
  const levels = Float32Array.from({ length: LEVELS }, (_, u) => centre + (bound * (2 * u + 1 - LEVELS)) / LEVELS)
  const table = f32ToF16(levels)
  const key = mix(index + 1)
  const values = new Uint16Array(count(shape))
  for (let i = 0; i < values.length; i++) {
    values[i] = table[mix((Math.imul(i, 0x9e3779b1) + key) >>> 0) >>> 20] as number
  }
  return values
}

/** Kaiming's uniform bound for matrices, so that activations keep the scale that trained weights give them. */
function centreAndBound(name: string, shape: readonly number[]): readonly [centre: number, bound: number] {
  if (shape.length > 1) return [0, Math.sqrt(6 / count(shape.slice(1)))]
  return name.endsWith('.weight') ? [1, 0.1] : [0, 0.05]
}

/** Ettinger's lowbias32: https://github.com/skeeto/hash-prospector */
function mix(x: number): number {
  let h = x ^ (x >>> 16)
  h = Math.imul(h, 0x7feb352d)
  h ^= h >>> 15
  h = Math.imul(h, 0x846ca68b)
  return (h ^ (h >>> 16)) >>> 0
}

const count = (shape: readonly number[]): number => shape.reduce((all, n) => all * n, 1)
