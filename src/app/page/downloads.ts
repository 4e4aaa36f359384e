import { published, publishedRow } from '../../../models/catalogue.ts'
import { AppError } from '../../base/errors.ts'
import type { CheckpointDownloads, DownloadProgress } from '../../editor/state/downloads.svelte.ts'
import { readRepositoryName, type RepositoryName } from '../../weights/hub/repository.ts'
import type { DownloadAnswer, DownloadTask } from '../download.worker.ts'
import { nameOf, repositoryNamed } from '../repository-named.ts'
import { askWorker } from './ask-worker.ts'
import { persist } from './persist.ts'

/** Downloads of the page, each task in a Worker of its own that ends with it. */
export const downloads: CheckpointDownloads = {
  published: published.map(({ id, name, about, licence, bytes }) => ({
    id,
    name,
    about: `${about} Licence: ${licence}.`,
    bytes: bytes.fp16 ?? bytes.fp32,
  })),

  named(text) {
    const name = readRepositoryName(text)
    return name && (publishedRow(nameOf(name))?.id ?? nameOf(name))
  },

  async offer(id) {
    const repository = repositoryOf(id)
    const answer = await ask({ do: 'plan', repository })
    if (answer.say !== 'planned') throw new Error(`The download Worker said ${answer.say}.`)
    // A branch may move: what was looked at is what is downloaded, and what the graph then names.
    const commit = repository.revision === undefined ? undefined : answer.commit
    return { id: commit === undefined ? id : nameOf({ ...repository, revision: commit }), offer: answer.offer }
  },

  async download(id, progress, signal) {
    await persist()
    await ask({ do: 'download', repository: repositoryOf(id) }, progress, signal)
  },
}

/** What is downloaded under an id of the catalogue, or under `owner/name`. */
export function repositoryOf(id: string): RepositoryName {
  const name = repositoryNamed(id)
  if (name !== undefined) return name
  throw new AppError('checkpoint/bad-name', `${JSON.stringify(id)} is no repository.`, {
    fix: 'Give its name as owner/name, as in prs-eth/marigold-depth-v1-1.',
  })
}

const ask = (task: DownloadTask, progress?: (now: DownloadProgress) => void, signal?: AbortSignal) =>
  askWorker<DownloadAnswer>(
    new Worker(new URL('../download.worker.ts', import.meta.url), { type: 'module' }),
    task,
    progress,
    signal,
  )
