import { SCHEMA } from '../../graph/document.ts'
import { catalogueWith } from '../../graph/groups/types.ts'
import type { ReadDocument } from '../../graph/validate.ts'
import type { Catalogue } from '../../node/catalogue.ts'
import type { Editor } from '../state/editor.svelte.ts'
import { askToKeep } from './persist.ts'
import { DraftStorage } from './storage.ts'

/** Where the first versions of this program kept their one document. */
const BEFORE = 'marigold-nodes/document'

/** Opens what was open last time; on the first visit the welcome graph, which may run because it is ours. */
export async function beginDocuments(editor: Editor, welcome: ReadDocument, before: Storage): Promise<void> {
  editor.documents.firstEdit = () => void askToKeep(globalThis.navigator?.storage, before)
  const text = before.getItem(BEFORE)
  const first = text === null ? undefined : await editor.read(text).catch(() => undefined)
  const { careful, fresh } = await editor.documents.begin(
    () => DraftStorage.open(),
    madeWith(editor.run.catalogue),
    first ?? welcome,
  )
  if (careful) {
    editor.runs.live = false
    editor.runs.hold()
  }
  if (first && fresh && (await editor.documents.keep())) before.removeItem(BEFORE)
}

/** What the meaning of a command depends on: groups are in the document itself. */
const madeWith = (catalogue: Catalogue): string =>
  [
    `schema@${SCHEMA}`,
    ...[...catalogueWith(catalogue).values()].map(({ type, version }) => `${type}@${version}`).sort(),
  ].join(' ')
