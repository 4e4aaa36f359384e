/** Where checkpoints are published. The only host that is ever asked, unless the person names another. */
export const HUGGING_FACE = 'https://huggingface.co'

/** A server that speaks the Hub's protocol, and how patiently it is asked. */
export interface Hub {
  /** Scheme and host, without a slash at the end. */
  readonly host: string
  readonly fetch: typeof fetch
  /** Rejects with the signal's reason. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  /** 0 to 1, for the jitter. */
  readonly random: () => number
  /** Tries in a row that bring nothing, before it is given up. */
  readonly tries: number
  /** A connection on which nothing comes for so long is given up, and made again. */
  readonly stallMs: number
  /** Bytes that are asked for at once. A crash loses at most this much per connection. */
  readonly pieceBytes: number
  /** Connections at a time. */
  readonly connections: number
}

export const hub = (chosen: Partial<Hub> = {}): Hub => ({
  host: HUGGING_FACE,
  fetch: (...asked) => fetch(...asked),
  wait: pause,
  random: Math.random,
  tries: 5,
  stallMs: 30_000,
  pieceBytes: 16 * 2 ** 20,
  connections: 3,
  ...chosen,
})

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}
