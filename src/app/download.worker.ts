// Downloads into the browser's own file system, which only Workers can write to. Apart from the engine's Worker, which may
// be busy, or killed.
import { plainError, type PlainError } from '../base/errors.ts'
import type { DownloadOffer, DownloadProgress } from '../editor/state/downloads.svelte.ts'
import { download, type DownloadListener } from '../weights/hub/download.ts'
import { bytesOf } from '../weights/hub/downloads.ts'
import { hub } from '../weights/hub/hub.ts'
import { opfsStorage } from '../weights/hub/opfs-storage.ts'
import type { DownloadPlan } from '../weights/hub/plan-download.ts'
import type { RepositoryName } from '../weights/hub/repository.ts'
import { CHECKPOINTS } from './kept-checkpoints.ts'
import { planCheckpoint } from './plan-checkpoint.ts'

export type DownloadTask =
  | { readonly do: 'plan' | 'download'; readonly repository: RepositoryName }
  /** Ends the task before, which then fails; what has arrived is kept. */
  | { readonly do: 'stop' }

export type DownloadAnswer =
  | { readonly say: 'progress'; readonly now: DownloadProgress }
  | { readonly say: 'planned'; readonly commit: string; readonly offer: DownloadOffer }
  | { readonly say: 'done' }
  | { readonly say: 'failed'; readonly error: PlainError }

const stop = new AbortController()
const post = (answer: DownloadAnswer): void => self.postMessage(answer)

async function answer(task: Exclude<DownloadTask, { readonly do: 'stop' }>): Promise<DownloadAnswer> {
  const storage = opfsStorage(CHECKPOINTS)
  const from = hub()
  const { id, revision = 'main' } = task.repository
  const wanted = { id, revision, variant: 'fp16' } as const
  const plan = await planCheckpoint(from, storage, wanted, stop.signal)
  if (task.do === 'plan') return { say: 'planned', commit: plan.repository.revision, offer: offerOf(plan, from.host) }
  const listener: DownloadListener = {
    progress: (now) => post({ say: 'progress', now }),
    verified: () => undefined,
    // The offer has said so.
    instead: () => undefined,
  }
  await download(from, storage, plan, listener, stop.signal)
  return { say: 'done' }
}

function offerOf({ repository, files, prompt, bytes, missing }: DownloadPlan, host: string): DownloadOffer {
  const offer = { host: new URL(host).host, licence: repository.licence, files: files.length, bytes, missing }
  if (prompt === undefined || prompt.here) return offer
  const { url, bytes: small } = prompt.published
  const instead = bytesOf({ files: prompt.instead })
  return { ...offer, prompt: { host: new URL(url).host, bytes: small, instead } }
}

self.onmessage = ({ data }: MessageEvent<DownloadTask>) => {
  if (data.do === 'stop') return stop.abort()
  answer(data).then(post, (error: unknown) => post({ say: 'failed', error: plainError(error) }))
}
