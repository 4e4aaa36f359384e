import { AppError } from '../base/errors.ts'
import { count, type Backend, type CpuTensor, type Dims, type Tensor } from './tensor.ts'

/** The backend of machines without WebGPU, and the reference every GPU kernel is tested against. */
export class CpuBackend implements Backend {
  readonly kind = 'cpu'
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  upload(data: Float32Array, dims: Dims): CpuTensor {
    const bytes = 4 * count(dims)
    this.#bytes += bytes
    return cpuTensor(data, dims, () => (this.#bytes -= bytes))
  }

  async read(tensor: Tensor): Promise<Float32Array> {
    if (tensor.location !== 'cpu') throw new AppError('gpu/wrong-backend', 'A GPU tensor was given to the CPU backend.')
    return tensor.data.slice()
  }

  /** What goes wrong on the CPU is thrown where it happens. */
  async check(): Promise<void> {}
}

/** A tensor over `data` (not copied); `free` runs when the last owner releases it. */
function cpuTensor(data: Float32Array, dims: Dims, free?: () => void): CpuTensor {
  if (data.length !== count(dims)) {
    throw new AppError('gpu/wrong-size', `${data.length} values do not fill a tensor of shape [${dims.join(', ')}].`)
  }
  const owners = ownership(free)
  return { location: 'cpu', dims, data, ...owners }
}

/** Reference counting shared by CPU and GPU tensors. */
export function ownership(free: (() => void) | undefined) {
  let owners = 1
  return {
    retain<T>(this: T): T {
      if (owners === 0) throw new AppError('gpu/released', 'A released tensor was used again.')
      owners += 1
      return this
    },
    release(): void {
      if (owners === 0) throw new AppError('gpu/released', 'A tensor was released twice.')
      owners -= 1
      if (owners === 0) free?.()
    },
  }
}
