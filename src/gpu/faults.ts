import { AppError } from '../base/errors.ts'
import { deviceLost } from './device.ts'

/** Below this an allocation is not watched by a scope of its own. */
const WATCHED_BYTES = 2 ** 20

/**
 * What goes wrong on a device, collected until somebody asks. After a loss every scope reports "no error" and waiting
 * for the queue succeeds, so nothing may be trusted before the `lost` text has been looked at.
 */
export class Faults {
  /** Why the device is gone; undefined while it is there. */
  lost: string | undefined
  #first: AppError | undefined
  readonly #open = new Set<Promise<void>>()
  readonly #uncaptured = (event: GPUUncapturedErrorEvent): void => this.#note(event.error, 'a command')

  constructor(
    readonly device: GPUDevice,
    readonly debug: boolean,
  ) {
    device.addEventListener('uncapturederror', this.#uncaptured)
    void device.lost.then((info) => (this.lost = info.message || info.reason))
  }

  /** Creates a buffer of `size` bytes; running out of memory is thrown by the next `check()`. */
  allocating(size: number, create: () => GPUBuffer): GPUBuffer {
    if (size < WATCHED_BYTES) return create()
    return this.#scoped('out-of-memory', `a buffer of ${Math.round(size / 2 ** 20)} MiB`, create)
  }

  /** Runs a dispatch, inside a validation scope when debugging. */
  dispatching<T>(kernel: string, dispatch: () => T): T {
    return this.debug ? this.#scoped('validation', `kernel ${kernel}`, dispatch) : dispatch()
  }

  /** Throws the first thing that went wrong in the commands given so far, a lack of memory before all else. Waits for their validation, not for their work. */
  async check(): Promise<void> {
    // Errors come in the order of the commands: when an empty scope has closed, all errors before it have been told.
    this.#scoped('validation', 'a command', () => undefined)
    await Promise.all(this.#open)
    if (this.lost !== undefined) throw deviceLost(this.lost)
    const first = this.#first
    this.#first = undefined
    if (first) throw first
  }

  dispose(): void {
    this.device.removeEventListener('uncapturederror', this.#uncaptured)
  }

  #scoped<T>(filter: GPUErrorFilter, what: string, act: () => T): T {
    this.device.pushErrorScope(filter)
    try {
      return act()
    } finally {
      const done: Promise<void> = this.device.popErrorScope().then(
        (error) => {
          this.#open.delete(done)
          if (error) this.#note(error, what)
        },
        () => void this.#open.delete(done),
      )
      this.#open.add(done)
    }
  }

  #note(error: GPUError, what: string): void {
    // Constructors are global in browsers only; the name works everywhere.
    const memory = error.constructor.name === 'GPUOutOfMemoryError'
    // A buffer without memory is invalid, so whatever uses it is refused; that may be told before the scope has closed.
    if (memory && this.#first?.code !== 'gpu/out-of-memory')
      this.#first = outOfMemory(`The graphics device has no memory left for ${what}.`, error)
    else
      this.#first ??= new AppError('gpu/invalid', `The graphics device refused ${what}: ${error.message}`, {
        cause: error,
      })
  }
}

export const outOfMemory = (message: string, cause?: unknown): AppError =>
  new AppError('gpu/out-of-memory', message, {
    fix: 'Use a smaller resolution, a smaller batch size, or run on the processor.',
    remedies: [{ do: 'lower', param: 'resolution', by: 0.75 }, { do: 'processor' }],
    cause,
  })
