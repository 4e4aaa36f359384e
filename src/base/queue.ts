/** Runs tasks one after another, in the order given. A task that fails rejects its own promise and harms no other. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve()

  /**
   * The result of `task`, once those before it have settled. Aborted while it waits, it rejects at once with the
   * signal's reason and never starts; once started, stopping is up to the task.
   */
  run<T>(task: () => Promise<T> | T, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const giveUp = () => reject(signal?.reason)
      if (signal?.aborted === true) return giveUp()
      signal?.addEventListener('abort', giveUp, { once: true })
      this.#last = this.#last.then(async () => {
        signal?.removeEventListener('abort', giveUp)
        if (signal?.aborted === true) return
        try {
          resolve(await task())
        } catch (error) {
          reject(error)
        }
      })
    })
  }
}
