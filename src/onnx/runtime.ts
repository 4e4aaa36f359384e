import type { Backend, Tensor } from '../tensor/tensor.ts'

/**
 * Bytes that initialisers of a model point into, by the path used in the model's `external_data`. They are asked for tensor
 * by tensor, so that no more than one need be in memory.
 */
export interface ExternalData {
  readonly path: string
  /** Bytes of all tensors. */
  readonly size: number
  /** The bytes [begin, end) of one tensor, at once; until the next call they stay. Throws what went wrong with them. */
  read(begin: number, end: number): Uint8Array
  /** The same bytes as a file on a disk that the browser reads. */
  readonly file?: File
}

export interface ModelSource {
  /** For messages: "unet of marigold-nano". */
  readonly name: string
  /** ONNX ModelProto; weights are external. */
  readonly proto: Uint8Array
  readonly external: readonly ExternalData[]
}

/** What a runtime can hold, in bytes. */
export interface Capacity {
  /** Weights of one session. */
  readonly weights: number
  /** One tensor. */
  readonly tensor: number
  /** Weights of all sessions, and the activations of the one that runs. Infinite where nobody says: WebGPU does not. */
  readonly memory: number
}

/**
 * What WebAssembly can hold. It addresses 4 GiB, in which weights stand twice while they are laid out for the processor; a
 * quarter is left for what is not forecast.
 */
export const HEAP: Capacity = { weights: 1.5 * 2 ** 30, tensor: 1.5 * 2 ** 30, memory: 3 * 2 ** 30 }

/** What limits the models of a runtime. */
export interface Held extends Pick<OnnxRuntime, 'half' | 'capacity'> {
  readonly backend: Pick<Backend, 'kind'>
}

/** onnxruntime-web bound to one backend. Creating, running and releasing go through one serial queue. */
export interface OnnxRuntime {
  readonly backend: Backend
  /** True where the model may compute in half precision. */
  readonly half: boolean
  readonly capacity: Capacity
  /** Loads the WebAssembly now, so that the first session need not wait for it. A failure is told by that session. */
  prepare(): void
  /** Errors: `onnx/session`. */
  create(source: ModelSource): Promise<OnnxSession>
}

export interface OnnxSession {
  /**
   * Inputs stay the caller's; outputs are new tensors on the same backend and belong to the caller. Errors: `onnx/run`,
   * `gpu/wrong-backend`.
   */
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>
  release(): Promise<void>
}
