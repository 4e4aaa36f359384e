import { AppError } from '../../base/errors.ts'
import { only, sameDims } from '../../tensor/shape.ts'
import { bytesOf, type Dims, type Tensor } from '../../tensor/tensor.ts'
import type { Kernel } from '../kernel.ts'

/** Tensors [Bᵢ, ...] one after the other along the first axis: [Σ Bᵢ, ...]. */
export const concatBatch: Kernel<Record<string, never>> = {
  name: 'concat-batch',
  cpu(inputs, _params, backend) {
    const dims = stacked(inputs)
    const y = new Float32Array(dims.reduce((product, n) => product * n, 1))
    let offset = 0
    for (const { data } of inputs) {
      y.set(data, offset)
      offset += data.length
    }
    return backend.upload(y, dims)
  },
  gpu(inputs, _params, backend) {
    const y = backend.allocate(stacked(inputs))
    const encoder = backend.device.createCommandEncoder({ label: 'concat-batch' })
    let offset = 0
    for (const input of inputs) {
      encoder.copyBufferToBuffer(input.buffer, 0, y.buffer, offset, bytesOf(input))
      offset += bytesOf(input)
    }
    backend.device.queue.submit([encoder.finish()])
    return y
  },
}

function stacked(inputs: readonly Tensor[]): Dims {
  const [, ...rest] = only(inputs).dims
  const odd = inputs.find((input) => !sameDims(input.dims.slice(1), rest))
  if (odd) {
    throw new AppError(
      'gpu/wrong-shape',
      `Shapes [${only(inputs).dims.join(', ')}] and [${odd.dims.join(', ')}] cannot be joined.`,
    )
  }
  return [inputs.reduce((sum, input) => sum + (input.dims[0] ?? 1), 0), ...rest]
}
