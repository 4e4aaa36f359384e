import type { OnnxRuntime } from './runtime.ts'

/** A runtime with as much memory as a person allows: models/checkpoint/room.ts sees to it. */
export interface LimitedRuntime extends OnnxRuntime {
  /** Bytes that the loaded models may take, from now on; undefined: as many as the device has. */
  limit(bytes: number | undefined): void
}

/** The same runtime, with sessions of its own kind, under a limit that can be changed: WebGPU does not tell how much there is. */
export function limited(runtime: OnnxRuntime, bytes?: number): LimitedRuntime {
  let most = bytes ?? Infinity
  return {
    ...runtime,
    get capacity() {
      return { ...runtime.capacity, memory: Math.min(runtime.capacity.memory, most) }
    },
    limit: (changed) => (most = changed ?? Infinity),
  }
}
