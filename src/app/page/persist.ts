/** Otherwise the browser may delete what is kept when the disk becomes full. It may say no; then it still works. */
export const persist = (): Promise<boolean> => navigator.storage.persist().catch(() => false)
