import { AppError, type PlainError } from '../../base/errors.ts'

/** What a Worker with one task says of it. */
type Answer =
  | { readonly say: 'progress'; readonly now: unknown }
  | { readonly say: 'failed'; readonly error: PlainError }
  | { readonly say: string }

type End<A extends Answer> = Exclude<A, { readonly say: 'progress' | 'failed' }>
type Now<A extends Answer> = Extract<A, { readonly say: 'progress'; readonly now: unknown }>['now']

/**
 * Gives a Worker its task and ends it with its answer. Rejects with what it says has failed, with the signal's reason when
 * that has stopped it, and with `checkpoint/download-failed` when it ended by itself.
 */
export function askWorker<A extends Answer>(
  worker: Worker,
  task: object,
  progress: (now: Now<A>) => void = () => undefined,
  signal?: AbortSignal,
): Promise<End<A>> {
  const stop = (): void => worker.postMessage({ do: 'stop' })
  const answered = new Promise<End<A>>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.say === 'progress' && 'now' in data) progress(data.now as Now<A>)
      else if (data.say === 'failed' && 'error' in data) {
        reject(signal?.aborted === true ? signal.reason : errorOf(data.error))
      } else resolve(data as End<A>)
    }
    worker.onerror = ({ message }) =>
      reject(
        new AppError('checkpoint/download-failed', `The work on checkpoints ended by itself: ${message}`, {
          fix: 'Start it again: what has arrived is kept.',
        }),
      )
    signal?.addEventListener('abort', stop, { once: true })
    worker.postMessage(task)
  })
  return answered.finally(() => {
    signal?.removeEventListener('abort', stop)
    worker.terminate()
  })
}

const errorOf = ({ code, message, ...details }: PlainError): AppError =>
  new AppError(code as AppError['code'], message, details)
