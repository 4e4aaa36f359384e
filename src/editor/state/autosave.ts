import { serialize } from '../../graph/serialize.ts'
import { parseDocument, type ReadDocument } from '../../graph/validate.ts'
import { AppError } from '../../base/errors.ts'
import type { Catalogue } from '../../node/catalogue.ts'
import type { DocumentStore } from './document-store.svelte.ts'

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

/** The document of last time, or undefined when there is none that can be read. */
export function restore(catalogue: Catalogue, storage: Storage): ReadDocument | undefined {
  const text = storage.getItem(KEY)
  if (text === null) return undefined
  try {
    return parseDocument(text, catalogue)
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}
