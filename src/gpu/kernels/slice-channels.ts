import { AppError } from '../../base/errors.ts'
import { nchw, only } from '../../tensor/shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { dispatch, u32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'

export interface SliceChannelsParams {
  readonly start: number
  readonly count: number
}

/** Channels start .. start + count: [B,C,H,W] → [B,count,H,W]. */
export const sliceChannels: Kernel<SliceChannelsParams> = {
  name: 'slice-channels',
  cpu(inputs, params, backend) {
    const x = only(inputs)
    const [n, c, h, w] = holding(x, params)
    const { start, count } = params
    const plane = h * w
    const y = new Float32Array(n * count * plane)
    for (let b = 0; b < n; b++) {
      const from = (b * c + start) * plane
      y.set(x.data.subarray(from, from + count * plane), b * count * plane)
    }
    return backend.upload(y, [n, count, h, w])
  },
  gpu(inputs, params, backend) {
    const x = only(inputs)
    const [n, c, h, w] = holding(x, params)
    const { start, count } = params
    const y = backend.allocate([n, count, h, w])
    dispatch(backend, {
      name: 'slice-channels',
      code: `fn at(i: u32) {
        let item = i / params.part;
        y[i] = x[item * params.whole + params.first + i % params.part];
      }`,
      inputs: { x },
      outputs: { y },
      params: { part: u32(count * h * w), whole: u32(c * h * w), first: u32(start * h * w) },
      size: { threads: n * count * h * w },
    })
    return y
  },
}

function holding(x: Tensor, { start, count }: SliceChannelsParams): ReturnType<typeof nchw> {
  const dims = nchw(x)
  if (start < 0 || count < 1 || start + count > dims[1]) {
    throw new AppError('gpu/wrong-shape', `Channels ${start} to ${start + count} are not in ${dims[1]}.`)
  }
  return dims
}
