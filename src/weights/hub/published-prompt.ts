import { AppError } from '../../base/errors.ts'
import { sha256 } from '../../base/hash.ts'
import { fetchWhole } from './fetch-whole.ts'
import type { Hub } from './hub.ts'
import { keepNumbers, promptFolder } from './kept-numbers.ts'
import type { WeightStorage } from './storage.ts'

/** The embedding of the empty prompt as somebody published it: float32 numbers somewhere in a file. */
export interface PublishedPrompt {
  /** Of the text encoder that it is by; a plain name. */
  readonly encoder: string
  /** One on the Hub that has this text encoder. */
  readonly repository: string
  readonly url: string
  /** Of the file. */
  readonly bytes: number
  readonly sha256: string
  /** The numbers, little-endian, [tokens, dim]: where they begin, how many, and the SHA-256 of their bytes. */
  readonly numbers: { readonly begin: number; readonly tokens: number; readonly dim: number; readonly sha256: string }
}

/** What is asked for in its place is large, but a host that does not answer is no reason to wait for minutes. */
const PATIENCE = { tries: 3, stallMs: 10_000 }

/**
 * Fetches it and keeps it, when both hashes are right. Errors: `checkpoint/download-failed`, `checkpoint/no-access`,
 * `checkpoint/not-found`, `weights/truncated`, `weights/wrong-content`, those of the storage, and the signal's reason.
 */
export async function fetchPrompt(
  hub: Hub,
  storage: WeightStorage,
  { encoder, url, bytes, sha256: hash, numbers }: PublishedPrompt,
  arrived: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const content = new Uint8Array(bytes)
  const memory = {
    clear: async () => undefined,
    write: async (at: number, chunk: Uint8Array) => content.set(chunk, at),
  }
  const patience = { tries: Math.min(hub.tries, PATIENCE.tries), stallMs: Math.min(hub.stallMs, PATIENCE.stallMs) }
  const file = { path: url, bytes, hash: { algorithm: 'sha256', hex: hash } } as const
  const found = await fetchWhole({ ...hub, ...patience }, url, file, memory, arrived, signal)
  const values = content.slice(numbers.begin, numbers.begin + 4 * numbers.tokens * numbers.dim)
  if (found !== hash || (await sha256(values)) !== numbers.sha256) {
    arrived(-bytes)
    throw new AppError('weights/wrong-content', `${url} has the content ${found}, not ${hash} as is known of it.`, {
      fix: 'It is not used. Something between the server and here changes files, or the file is another one now.',
    })
  }
  await keepNumbers(storage, promptFolder(encoder), new Float32Array(values.buffer))
}
