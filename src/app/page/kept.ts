import { publishedRow } from '../../../models/catalogue.ts'
import type { KeptCheckpoint, KeptCheckpoints, KeptProgress } from '../../editor/state/kept.svelte.ts'
import { GIVEN_PREFIX } from '../../engine/client.ts'
import type { KeptAnswer, KeptDownload, KeptTask } from '../kept.worker.ts'
import { nameOf } from '../repository-named.ts'
import { askWorker } from './ask-worker.ts'
import { repositoryOf } from './downloads.ts'
import { persist } from './persist.ts'

/** What the browser keeps, each task in a Worker of its own that ends with it. */
export const kept: KeptCheckpoints = {
  async list() {
    const answer = await ask({ do: 'list' })
    if (answer.say !== 'listed') throw unexpected(answer)
    const copies = answer.copies.map(({ name, ...copy }) => ({ id: `${GIVEN_PREFIX}${name}`, name, ...copy }))
    return [...answer.downloads.flatMap(rowsOf), ...copies]
  },

  async verify(id, progress, signal) {
    const answer = await ask({ do: 'verify', repository: repositoryOf(id) }, progress, signal)
    if (answer.say !== 'verified') throw unexpected(answer)
    return answer.damaged
  },

  async copyIn({ name, files }, progress, signal) {
    await persist()
    await ask({ do: 'copy', name, files }, progress, signal)
  },

  async remove(id) {
    const copy = id.startsWith(GIVEN_PREFIX)
    await ask(
      copy
        ? { do: 'delete-copy', name: id.slice(GIVEN_PREFIX.length) }
        : { do: 'delete', repository: repositoryOf(id) },
    )
  },
}

/** A download by its name in the catalogue or on the Hub, and at its commit, as graphs may name either. */
function rowsOf({ id, revision, bytes }: KeptDownload): readonly KeptCheckpoint[] {
  const row = publishedRow(id)
  const at = nameOf({ id, revision })
  return [
    { id: row?.id ?? id, name: row?.name ?? id, bytes, whole: true },
    { id: at, name: at, bytes, whole: true },
  ]
}

const ask = (task: KeptTask, progress?: (now: KeptProgress) => void, signal?: AbortSignal) =>
  askWorker<KeptAnswer>(
    new Worker(new URL('../kept.worker.ts', import.meta.url), { type: 'module' }),
    task,
    progress,
    signal,
  )

const unexpected = ({ say }: KeptAnswer): Error => new Error(`The Worker said ${say}.`)
