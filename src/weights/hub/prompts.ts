import { sha256 } from '../../base/hash.ts'
import type { WeightStorage } from './storage.ts'

/** Where embeddings of the empty prompt are, shared by all checkpoints with the same text encoder. */
const FOLDER = 'prompts'

/** A file's name says what is in it, so that reading it is verifying it. */
const NAME = /^([0-9a-f]{64})\.f32$/

/**
 * The embedding of the empty prompt by a text encoder, [tokens, dim], as `keepPrompt` kept it; undefined where it is not
 * here, or damaged. `encoder` is a plain name. Errors: those of the storage.
 */
export async function readPrompt(storage: WeightStorage, encoder: string): Promise<Float32Array | undefined> {
  const path = `${FOLDER}/${encoder}`
  for (const name of await storage.list(path)) {
    const [, hash] = NAME.exec(name) ?? []
    if (hash === undefined) continue
    const source = await (await storage.folder(path, encoder)).open(name)
    const bytes = new Uint8Array(await source.slice(0, source.size))
    if (bytes.byteLength % 4 === 0 && (await sha256(bytes)) === hash) return new Float32Array(bytes.buffer)
  }
  return undefined
}

/** Keeps it for good: little-endian float32, 8 KB for Stable Diffusion 2. Errors: those of the storage. */
export async function keepPrompt(storage: WeightStorage, encoder: string, values: Float32Array): Promise<void> {
  const bytes = new Uint8Array(values.slice().buffer)
  // Two programs that do so at once do not meet before they are done.
  const file = await storage.open(`${FOLDER}/${encoder}/${crypto.randomUUID()}`)
  try {
    await file.write(0, bytes)
    await file.publish(`${FOLDER}/${encoder}/${await sha256(bytes)}.f32`)
  } finally {
    await file.close()
  }
}
