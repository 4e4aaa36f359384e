import { AppError } from '../../base/errors.ts'
import type { Hub } from './hub.ts'
import { retryAfter, Transient } from './retry.ts'

/** What is made of an answer: its status is 200, 206 or 416. */
type Use<T> = (response: Response, body: AsyncIterable<Uint8Array<ArrayBuffer>>) => Promise<T>

/**
 * Asks for a URL and gives the answer to `use`; the connection ends with it. Errors: `Transient` for what may pass (no
 * connection, silence, 408, 429, 5xx), `checkpoint/no-access`, `checkpoint/not-found`, `checkpoint/download-failed`, the
 * signal's reason, and what `use` throws.
 */
export async function receive<T>(
  hub: Hub,
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  use: Use<T>,
): Promise<T> {
  signal.throwIfAborted()
  const end = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const alive = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => end.abort(), hub.stallMs)
  }
  const network = async <R>(step: Promise<R>): Promise<R> => {
    try {
      return await step
    } catch (cause) {
      signal.throwIfAborted()
      throw new Transient(failed(url, end.signal.aborted ? 'Nothing came any more.' : 'The connection failed.', cause))
    }
  }
  alive()
  try {
    const asked = hub.fetch(url, { headers, signal: AbortSignal.any([signal, end.signal]), cache: 'no-store' })
    const response = await network(asked)
    checkStatus(url, response)
    return await use(response, chunks(response, network, alive))
  } finally {
    clearTimeout(timer)
    end.abort()
  }
}

async function* chunks(
  { body }: Response,
  network: <R>(step: Promise<R>) => Promise<R>,
  alive: () => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined = body?.getReader()
  for (;;) {
    const part = await network(reader?.read() ?? Promise.resolve({ done: true as const, value: undefined }))
    if (part.done) return
    alive()
    yield part.value
  }
}

function checkStatus(url: string, { status, headers }: Response): void {
  if (status === 200 || status === 206 || status === 416) return
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const busy = status === 429 ? 'The server says that it was asked too often.' : `The server answered ${status}.`
    throw new Transient(failed(url, busy), retryAfter(headers.get('Retry-After'), Date.now()))
  }
  if (status === 401 || status === 403) {
    // The Hub also answers 401 for a name that does not exist.
    throw new AppError('checkpoint/no-access', `${url} may not be read without an account (${status}).`, {
      fix: 'Check the name. If access must be asked for, download the folder in your own account and give the folder.',
    })
  }
  if (status === 404) {
    throw new AppError('checkpoint/not-found', `${url} does not exist.`, { fix: 'Check the name and the revision.' })
  }
  throw failed(url, `The server answered ${status}.`)
}

export const failed = (url: string, why: string, cause?: unknown): AppError =>
  new AppError('checkpoint/download-failed', `${url} could not be downloaded. ${why}`, {
    fix: 'Check the connection and try again: what has arrived is kept.',
    ...(cause !== undefined && { cause }),
  })
