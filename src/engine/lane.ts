/** One thing at a time: overlapping session runs on one device freeze or crash the runtime. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs `task` after everything that was asked for before it. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task)
    this.#last = result.catch(() => undefined)
    return result
  }
}
