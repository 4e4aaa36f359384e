// Looks after the checkpoints in the browser's own file system: hashes them again, copies folders in, deletes.
import { plainError, type PlainError } from '../base/errors.ts'
import type { KeptProgress } from '../editor/state/kept.svelte.ts'
import { copyIn, deleteCopy, listCopies, type Copy } from '../weights/hub/copies.ts'
import { bytesOf, deleteDownload, deleteDownloads, findDownload, listDownloads } from '../weights/hub/downloads.ts'
import { opfsStorage } from '../weights/hub/opfs-storage.ts'
import type { RepositoryName } from '../weights/hub/repository.ts'
import { verifyDownload } from '../weights/hub/verify.ts'
import { CHECKPOINTS, COPIES } from './kept-checkpoints.ts'

export type KeptTask =
  | { readonly do: 'list' }
  | { readonly do: 'verify' | 'delete'; readonly repository: RepositoryName }
  | { readonly do: 'copy'; readonly name: string; readonly files: ReadonlyMap<string, Blob> }
  | { readonly do: 'delete-copy'; readonly name: string }
  /** Ends the task before, which then fails. */
  | { readonly do: 'stop' }

export interface KeptDownload {
  readonly id: string
  readonly revision: string
  readonly bytes: number
}

export type KeptAnswer =
  | { readonly say: 'progress'; readonly now: KeptProgress }
  | { readonly say: 'listed'; readonly downloads: readonly KeptDownload[]; readonly copies: readonly Copy[] }
  | { readonly say: 'verified'; readonly damaged: readonly string[] }
  | { readonly say: 'done' }
  | { readonly say: 'failed'; readonly error: PlainError }

const stop = new AbortController()
const post = (answer: KeptAnswer): void => self.postMessage(answer)

/** At most ten times a second. */
const PROGRESS_MS = 100
let told = -Infinity
function progress(now: KeptProgress): void {
  const time = performance.now()
  if (time - told < PROGRESS_MS && now.done < now.bytes) return
  told = time
  post({ say: 'progress', now: { done: now.done, bytes: now.bytes } })
}

async function answer(task: Exclude<KeptTask, { readonly do: 'stop' }>): Promise<KeptAnswer> {
  const [downloads, copies] = [opfsStorage(CHECKPOINTS), opfsStorage(COPIES)]
  switch (task.do) {
    case 'list': {
      const all = (await listDownloads(downloads)).map((one) => ({
        id: one.id,
        revision: one.revision,
        bytes: bytesOf(one),
      }))
      return { say: 'listed', downloads: all, copies: await listCopies(copies) }
    }
    case 'verify': {
      const { id, revision } = task.repository
      const found = await findDownload(downloads, id, revision)
      if (found === undefined) return { say: 'verified', damaged: [] }
      const damaged = await verifyDownload(downloads, found, { progress }, stop.signal)
      return { say: 'verified', damaged: damaged.map(({ path }) => path) }
    }
    case 'delete': {
      const { id, revision } = task.repository
      if (revision === undefined) await deleteDownloads(downloads, id)
      else await deleteDownload(downloads, { id, revision })
      return { say: 'done' }
    }
    case 'copy':
      await copyIn(copies, task.name, task.files, progress, stop.signal)
      return { say: 'done' }
    case 'delete-copy':
      await deleteCopy(copies, task.name)
      return { say: 'done' }
  }
}

self.onmessage = ({ data }: MessageEvent<KeptTask>) => {
  if (data.do === 'stop') return stop.abort()
  answer(data).then(post, (error: unknown) => post({ say: 'failed', error: plainError(error) }))
}
