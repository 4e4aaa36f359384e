/** Megabytes. */
export interface Growth {
  /** Objects of JavaScript and array buffers. */
  readonly javascript: number
  /** WebAssembly's linear memory. */
  readonly wasm: number
}

export interface Memory {
  /** Looks whenever the device makes a buffer: the runtime blocks the event loop while it uploads weights. */
  sampleOnBuffers(device: GPUDevice): void
  start(): void
  /** The most that was seen beyond what there was at the start. */
  grown(): Growth
}

/** Watches the memory of this process. To be called before WebAssembly is loaded. */
export function watchMemory(): Memory {
  const memories: WebAssembly.Memory[] = []
  const Memory = WebAssembly.Memory
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor)
      memories.push(this)
    }
  }
  const now = (): Growth => {
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    const wasm = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
    return { javascript: Math.round((heapUsed + arrayBuffers) / 1e6), wasm: Math.round(wasm / 1e6) }
  }
  let before = now()
  let most = before
  const sample = (): void => {
    const { javascript, wasm } = now()
    most = { javascript: Math.max(most.javascript, javascript), wasm: Math.max(most.wasm, wasm) }
  }
  return {
    sampleOnBuffers(device) {
      const create = device.createBuffer
      device.createBuffer = function (descriptor) {
        sample()
        return create.call(this, descriptor)
      }
    },
    start() {
      before = most = now()
    },
    grown() {
      sample()
      return { javascript: most.javascript - before.javascript, wasm: most.wasm - before.wasm }
    },
  }
}
