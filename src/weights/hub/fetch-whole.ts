import { StreamedHash } from './file-hash.ts'
import { truncated, wrongLength } from './fetch-pieces.ts'
import type { Hub } from './hub.ts'
import { failed, receive } from './receive.ts'
import type { HubFile } from './repository.ts'
import { retried, Transient } from './retry.ts'
import type { UnverifiedFile } from './storage.ts'

/**
 * Fetches a file from its beginning to its end, over again when it is cut, and resolves to the hash of it: small files,
 * and any from a server that gives no parts. Errors: those of `downloadFile`.
 */
export const fetchWhole = (
  hub: Hub,
  url: string,
  file: HubFile,
  stored: Pick<UnverifiedFile, 'write' | 'clear'>,
  arrived: (bytes: number) => void,
  signal: AbortSignal,
): Promise<string> =>
  retried(hub, signal, async () => {
    const hash = await StreamedHash.of(file.hash.algorithm, file.bytes)
    let at = 0
    await stored.clear()
    try {
      await receive(hub, url, {}, signal, async ({ status }, body) => {
        if (status !== 200) throw new Transient(failed(url, `The server answered ${status}.`))
        for await (const chunk of body) {
          if (at + chunk.byteLength > file.bytes) throw wrongLength(file, `more than ${file.bytes}`)
          await stored.write(at, chunk)
          hash.update(chunk)
          at += chunk.byteLength
          arrived(chunk.byteLength)
        }
      })
      if (at < file.bytes) throw new Transient(truncated(file, at))
    } catch (failure) {
      arrived(-at)
      throw failure
    }
    return hash.hex()
  })
