import { AppError } from '../base/errors.ts'
import { ownership } from '../tensor/cpu.ts'
import { bytesOf, count, type Backend, type Dims, type GpuTensor, type Tensor } from '../tensor/tensor.ts'
import { deviceLost } from './device.ts'
import { Faults, outOfMemory } from './faults.ts'
import { Pipelines } from './pipelines.ts'
import { BufferPool, sizeClass } from './pool.ts'

export interface GpuBackendOptions {
  /** Bytes of unused buffers kept for reuse. Default 256 MiB. */
  readonly poolLimit?: number
  /** Wraps every dispatch in a validation scope that names the kernel. For tests and development. */
  readonly debug?: boolean
}

/**
 * Tensors in buffers of one GPUDevice. Commands go to the queue in order, so a buffer may be reused as soon as its last
 * owner releases it. WebGPU reports errors late: `check()` and `read()` throw what went wrong since the last time.
 */
export class GpuBackend implements Backend {
  readonly kind = 'webgpu'
  readonly pipelines: Pipelines
  readonly faults: Faults
  readonly #pool: BufferPool
  #bytes = 0
  /** What the kernel under way has allocated and not released. */
  #made: Set<GpuTensor> | undefined

  constructor(
    readonly device: GPUDevice,
    options: GpuBackendOptions = {},
  ) {
    this.#pool = new BufferPool(options.poolLimit ?? 256 * 2 ** 20)
    this.faults = new Faults(device, options.debug ?? false)
    this.pipelines = new Pipelines(device)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Bytes of released buffers that are kept for reuse. */
  get pooledBytes(): number {
    return this.#pool.bytes
  }

  upload(data: Float32Array, dims: Dims): GpuTensor {
    if (data.length !== count(dims)) {
      throw new AppError('gpu/wrong-size', `${data.length} values do not fill a tensor of shape [${dims.join(', ')}].`)
    }
    const tensor = this.allocate(dims)
    this.device.queue.writeBuffer(tensor.buffer, 0, unshared(data))
    return tensor
  }

  /** A tensor with undefined contents. Throws `gpu/out-of-memory` when the device cannot bind that much at once. */
  allocate(dims: Dims): GpuTensor {
    this.#alive()
    const bytes = 4 * count(dims)
    const buffer = this.#pool.take(bytes) ?? this.#create(bytes)
    const made = this.#made
    this.#bytes += bytes
    const owners = ownership(() => {
      this.#bytes -= bytes
      made?.delete(tensor)
      if (this.faults.lost) buffer.destroy()
      else this.#pool.give(buffer)
    })
    const tensor: GpuTensor = { location: 'gpu', dims, buffer, ...owners }
    made?.add(tensor)
    return tensor
  }

  /** Runs a kernel. One that throws half-way, for example at its second allocation, leaves nothing allocated. */
  wholly<T>(kernel: () => T): T {
    const before = this.#made
    const made = (this.#made = new Set())
    try {
      return kernel()
    } catch (error) {
      for (const tensor of made) tensor.release()
      throw error
    } finally {
      this.#made = before
    }
  }

  /** A tensor with what a buffer of something else (onnxruntime) holds by then, which may go its way after this. */
  copy(from: GPUBuffer, dims: Dims): GpuTensor {
    const tensor = this.allocate(dims)
    const encoder = this.device.createCommandEncoder()
    encoder.copyBufferToBuffer(from, 0, tensor.buffer, 0, bytesOf(tensor))
    this.device.queue.submit([encoder.finish()])
    return tensor
  }

  async read(tensor: Tensor): Promise<Float32Array> {
    if (tensor.location !== 'gpu') throw new AppError('gpu/wrong-backend', 'A CPU tensor was given to the GPU backend.')
    this.#alive()
    const size = bytesOf(tensor)
    const staging = this.device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ })
    try {
      const encoder = this.device.createCommandEncoder()
      encoder.copyBufferToBuffer(tensor.buffer, 0, staging, 0, size)
      this.device.queue.submit([encoder.finish()])
      await staging.mapAsync(GPUMapMode.READ)
      await this.check()
      const values = new Float32Array(staging.getMappedRange().slice(0))
      staging.unmap()
      return values
    } catch (error) {
      if (error instanceof AppError) throw error
      await this.check()
      throw new AppError('gpu/read-failed', 'A result could not be read back from the graphics device.', {
        cause: error,
      })
    } finally {
      staging.destroy()
    }
  }

  /** Throws `gpu/device-lost`, `gpu/out-of-memory` or `gpu/invalid` if something went wrong since the last check. */
  async check(): Promise<void> {
    try {
      await this.faults.check()
    } catch (error) {
      this.trim()
      throw error
    }
  }

  /** Destroys the unused buffers. */
  trim(): void {
    this.#pool.clear()
  }

  /** Frees what the backend itself holds. Tensors still alive stay valid; the device belongs to who opened it. */
  dispose(): void {
    this.trim()
    this.pipelines.clear()
    this.faults.dispose()
  }

  #alive(): void {
    if (this.faults.lost) throw deviceLost(this.faults.lost)
  }

  #create(bytes: number): GPUBuffer {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize)
    if (bytes > most) {
      throw outOfMemory(`A tensor of ${mebibytes(bytes)} is larger than this device allows (${mebibytes(most)}).`)
    }
    const size = Math.min(sizeClass(bytes), Math.floor(maxBufferSize / 16) * 16)
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
    return this.faults.allocating(size, () => this.device.createBuffer({ size, usage }))
  }
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

/** Dawn for Node refuses to write from memory shared between threads; browsers allow views of wasm memory to change. */
function unshared(data: Float32Array): Float32Array<ArrayBuffer> {
  return data.buffer instanceof ArrayBuffer ? (data as Float32Array<ArrayBuffer>) : new Float32Array(data)
}
