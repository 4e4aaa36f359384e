import { sha256 } from '../../base/hash.ts'
import type { WeightStorage } from './storage.ts'

/** Where the embedding of the empty prompt by a text encoder is, [tokens, dim]: all checkpoints with the same one share it. */
export const promptFolder = (encoder: string): string => `prompts/${encoder}`

/** A file's name says what is in it, so that reading it is verifying it. */
const NAME = /^([0-9a-f]{64})\.f32$/

/**
 * Numbers that were computed or fetched once, as `keepNumbers` kept them in this folder; undefined where they are not
 * here, or damaged. Errors: those of the storage.
 */
export async function readNumbers(storage: WeightStorage, folder: string): Promise<Float32Array | undefined> {
  for (const name of await storage.list(folder)) {
    const [, hash] = NAME.exec(name) ?? []
    if (hash === undefined) continue
    const source = await (await storage.folder(folder, folder)).open(name)
    const bytes = new Uint8Array(await source.slice(0, source.size))
    if (bytes.byteLength % 4 === 0 && (await sha256(bytes)) === hash) return new Float32Array(bytes.buffer)
  }
  return undefined
}

/** Keeps them for good: little-endian float32. Errors: those of the storage. */
export async function keepNumbers(storage: WeightStorage, folder: string, values: Float32Array): Promise<void> {
  const bytes = new Uint8Array(values.slice().buffer)
  // Two programs that do so at once do not meet before they are done.
  const file = await storage.open(`${folder}/${crypto.randomUUID()}`)
  try {
    await file.write(0, bytes)
    await file.publish(`${folder}/${await sha256(bytes)}.f32`)
  } finally {
    await file.close()
  }
}
