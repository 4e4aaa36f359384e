/**
 * A tensor on the CPU or on the GPU. Everything that travels on a wire is float32; half precision exists only inside
 * model sessions. Layout is NCHW, row-major, contiguous.
 */
export type Tensor = CpuTensor | GpuTensor

export type Dims = readonly number[]

interface Shared {
  readonly dims: Dims
  /** One more owner. Returns the same tensor: `return { depth: { ...input, tensor: input.tensor.retain() } }`. */
  retain(): this
  /** One owner less. The last one frees the memory; releasing again is a bug and throws. */
  release(): void
}

export interface CpuTensor extends Shared {
  readonly location: 'cpu'
  readonly data: Float32Array
}

export interface GpuTensor extends Shared {
  readonly location: 'gpu'
  /** A storage buffer of at least `4 · count(dims)` bytes, owned by this tensor. */
  readonly buffer: GPUBuffer
}

/** Number of elements. */
export const count = (dims: Dims): number => dims.reduce((product, n) => product * n, 1)

export const bytesOf = (tensor: Tensor): number => 4 * count(tensor.dims)

/**
 * Where tensors live and kernels run. One per engine: `cpu`, or `webgpu` with one device.
 * src/gpu/backend.ts implements the WebGPU one, src/tensor/cpu.ts the other.
 */
export interface Backend {
  readonly kind: 'cpu' | 'webgpu'
  /** Copies `data` (row-major, float32) to the backend. Throws `gpu/out-of-memory` when it does not fit. */
  upload(data: Float32Array, dims: Dims): Tensor
  /** Copies the values back. `data` is the caller's to change. */
  read(tensor: Tensor): Promise<Float32Array>
  /** Waits until it is known whether the commands given so far are good; throws what went wrong since the last check. */
  check(): Promise<void>
  /** Bytes held by tensors of this backend now; 0 when everything was released. */
  readonly bytes: number
}
