/**
 * Takes a lock of this browser, so that one page at a time writes a document. Resolves to how to let it go, which the
 * browser does by itself when the page ends; to undefined when another page has it.
 */
export function takeLock(name: string, locks: LockManager | undefined): Promise<(() => void) | undefined> {
  // Without Web Locks (an address without https) pages cannot know of each other.
  if (!locks) return Promise.resolve(() => undefined)
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(undefined)
        return new Promise<void>((release) => resolve(release))
      })
      .catch(reject)
  })
}
