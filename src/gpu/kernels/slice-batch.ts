import { AppError } from '../../base/errors.ts'
import { only } from '../../tensor/shape.ts'
import { count, type Dims, type Tensor } from '../../tensor/tensor.ts'
import type { Kernel } from '../kernel.ts'

export interface SliceParams {
  readonly start: number
  readonly count: number
}

/** Items start .. start + count of the first axis: [B, ...] → [count, ...]. */
export const sliceBatch: Kernel<SliceParams> = {
  name: 'slice-batch',
  cpu(inputs, params, backend) {
    const x = only(inputs)
    const { dims, offset } = part(x, params)
    return backend.upload(x.data.slice(offset, offset + count(dims)), dims)
  },
  gpu(inputs, params, backend) {
    const x = only(inputs)
    const { dims, offset } = part(x, params)
    const y = backend.allocate(dims)
    const encoder = backend.device.createCommandEncoder({ label: 'slice-batch' })
    encoder.copyBufferToBuffer(x.buffer, 4 * offset, y.buffer, 0, 4 * count(dims))
    backend.device.queue.submit([encoder.finish()])
    return y
  },
}

function part(x: Tensor, params: SliceParams): { dims: Dims; offset: number } {
  const [n = 1, ...rest] = x.dims
  if (params.start < 0 || params.count < 1 || params.start + params.count > n) {
    throw new AppError(
      'gpu/wrong-shape',
      `Items ${params.start} to ${params.start + params.count} are not in a batch of ${n}.`,
    )
  }
  return { dims: [params.count, ...rest], offset: params.start * count(rest) }
}
