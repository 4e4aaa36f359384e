import type { Backend, Tensor } from '../tensor/tensor.ts'

/**
 * Bytes that initialisers of a model point into, by the path used in the model's `external_data`. They are asked for tensor
 * by tensor, so that no more than one need be in memory.
 */
export interface ExternalData {
  readonly path: string
  /** Bytes of all tensors. */
  readonly size: number
  /** The bytes [begin, end) of one tensor, at once. Throws what went wrong with them. */
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

/** What a runtime can hold, in bytes: the weights of one session, and one of its tensors. */
export interface Capacity {
  readonly weights: number
  readonly tensor: number
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
