import { serialize } from '../../graph/serialize.ts'
import type { ReadDocument } from '../../graph/validate.ts'
import type { DocumentStore } from './document-store.svelte.ts'
import type { Editor } from './editor.svelte.ts'

const KEY = 'marigold-nodes/document'
const PAUSE = 500

/** Keeps the document in the browser while it is edited. Returns how to stop. */
export function autosave(store: DocumentStore, storage: Storage): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const write = () => {
    clearTimeout(timer)
    timer = undefined
    try {
      storage.setItem(KEY, serialize(store.document))
    } catch (error) {
      // A full or forbidden storage must not stop the work; Save is still there.
      console.warn('The graph could not be kept in this browser.', error)
    }
  }
  const stop = store.onChange(() => {
    clearTimeout(timer)
    timer = setTimeout(write, PAUSE)
  })
  const leave = () => timer !== undefined && write()
  addEventListener('pagehide', leave)
  return () => {
    stop()
    clearTimeout(timer)
    removeEventListener('pagehide', leave)
  }
}

/**
 * The document of last time, read as every preset is (migrated and repaired), or undefined when there is none. One that
 * cannot be read stays in the storage under a name of its own. Errors: as `parseDocument`.
 */
export async function restore(editor: Pick<Editor, 'read'>, storage: Storage): Promise<ReadDocument | undefined> {
  const text = storage.getItem(KEY)
  if (text === null) return undefined
  try {
    const read = await editor.read(text)
    return read.document.nodes.length > 0 ? read : undefined
  } catch (error) {
    storage.setItem(`${KEY}-unreadable`, text)
    throw error
  }
}
