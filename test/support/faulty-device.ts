/** As in browsers, where it cannot be made by hand; Faults know it by its name. */
class GPUOutOfMemoryError extends Error {}

type Heard = (event: { readonly error: GPUOutOfMemoryError }) => void

/**
 * A device of which chosen buffers find no memory: as on a card that is full, it is made but invalid, and the error comes
 * late, to the innermost scope for it, or as uncaptured. Must be made before the device is given to anybody.
 */
export class FaultyDevice {
  /** Buffers asked for since `fail`. */
  asked = 0
  /** Buffers that found no memory since `fail`. */
  failed = 0
  #from = Infinity
  #times = 1
  readonly #scopes: { readonly filter: GPUErrorFilter; error?: GPUOutOfMemoryError }[] = []
  readonly #listeners = new Set<Heard>()

  constructor(readonly device: GPUDevice) {
    const createBuffer = device.createBuffer.bind(device)
    const push = device.pushErrorScope.bind(device)
    const pop = device.popErrorScope.bind(device)
    const listen = device.addEventListener.bind(device)
    const unlisten = device.removeEventListener.bind(device)
    device.addEventListener = (...args: Parameters<typeof listen>) => {
      if (args[0] === 'uncapturederror') this.#listeners.add(args[1] as unknown as Heard)
      listen(...args)
    }
    device.removeEventListener = (...args: Parameters<typeof unlisten>) => {
      if (args[0] === 'uncapturederror') this.#listeners.delete(args[1] as unknown as Heard)
      unlisten(...args)
    }
    device.pushErrorScope = (filter): undefined => {
      this.#scopes.push({ filter })
      push(filter)
    }
    device.popErrorScope = async () => {
      const scope = this.#scopes.pop()
      const error = await pop()
      return (scope?.error as GPUError | undefined) ?? error
    }
    device.createBuffer = (descriptor) => {
      if (++this.asked < this.#from || this.failed >= this.#times) return createBuffer(descriptor)
      this.failed += 1
      const error = new GPUOutOfMemoryError('injected')
      push('validation')
      const invalid = createBuffer({ ...descriptor, size: 16 * Math.ceil(device.limits.maxBufferSize / 16 + 1) })
      const told = pop()
      const scope = this.#scopes.findLast(({ filter }) => filter === 'out-of-memory')
      if (scope) scope.error ??= error
      else void told.then(() => this.#listeners.forEach((hear) => hear({ error })))
      return invalid
    }
  }

  /** The `nth` buffer from now on, counted from 1, finds no memory, and so do those after it, `times` in all. */
  fail(nth: number, times = 1): void {
    this.asked = this.failed = 0
    this.#from = nth
    this.#times = times
  }
}
