const ASKED = 'marigold-nodes/asked-to-keep'

/**
 * Asks the browser, once, to keep what is stored when the disk becomes full. Some browsers ask the person in turn: so not
 * before there is something to keep, and not again after a no.
 */
export async function askToKeep(storage: StorageManager | undefined, asked: Storage): Promise<void> {
  try {
    if (asked.getItem(ASKED) !== null || storage?.persist === undefined) return
    asked.setItem(ASKED, 'yes')
    if (!(await storage.persisted())) await storage.persist()
  } catch {
    // Forbidden: then the browser does as it does.
  }
}
