import { published } from '../../../models/catalogue.ts'
import { AppError, type PlainError } from '../../base/errors.ts'
import type { CheckpointDownloads, DownloadProgress } from '../../editor/state/downloads.svelte.ts'
import type { DownloadAnswer, DownloadTask } from '../download.worker.ts'

/** Downloads of the page, each task in a Worker of its own that ends with it. */
export const downloads: CheckpointDownloads = {
  published: published.map(({ id, name, about, licence, bytes }) => ({
    id,
    name,
    about: `${about} Licence: ${licence}.`,
    bytes: bytes.fp16 ?? bytes.fp32,
  })),

  async here() {
    const answer = await ask({ do: 'list' })
    const repositories = answer.say === 'listed' ? answer.repositories : []
    return new Set(published.filter(({ repository }) => repositories.includes(repository)).map(({ id }) => id))
  },

  async offer(id) {
    const answer = await ask({ do: 'plan', repository: repositoryOf(id) })
    if (answer.say !== 'planned') throw new Error(`The download Worker said ${answer.say}.`)
    return answer.offer
  },

  async download(id, progress, signal) {
    // Otherwise the browser may delete it when the disk becomes full. It may say no; then it still works.
    await navigator.storage.persist().catch(() => false)
    await ask({ do: 'download', repository: repositoryOf(id) }, progress, signal)
  },

  async remove(id) {
    await ask({ do: 'delete', repository: repositoryOf(id) })
  },
}

const repositoryOf = (id: string): string => published.find((row) => row.id === id)?.repository ?? id

type End = Exclude<DownloadAnswer, { readonly say: 'progress' | 'failed' }>

function ask(
  task: DownloadTask,
  progress: (now: DownloadProgress) => void = () => undefined,
  signal?: AbortSignal,
): Promise<End> {
  const worker = new Worker(new URL('../download.worker.ts', import.meta.url), { type: 'module' })
  const stop = (): void => worker.postMessage({ do: 'stop' } satisfies DownloadTask)
  const answered = new Promise<End>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<DownloadAnswer>) => {
      if (data.say === 'progress') progress(data.now)
      else if (data.say === 'failed') reject(signal?.aborted === true ? signal.reason : errorOf(data.error))
      else resolve(data)
    }
    worker.onerror = ({ message }) =>
      reject(
        new AppError('checkpoint/download-failed', `The download ended by itself: ${message}`, {
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

const errorOf = ({ code, message, fix }: PlainError): AppError =>
  new AppError(code as AppError['code'], message, fix === undefined ? {} : { fix })
