import { AppError } from '../../base/errors.ts'
import { nchw, only } from '../../tensor/shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { dispatch, u32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'

export interface PadParams {
  /** Size after padding. */
  readonly width: number
  readonly height: number
}

/** [N,C,H,W] → [N,C,height,width]: the last column and row repeated to the right and below (torch's "replicate"). */
export const pad: Kernel<PadParams> = {
  name: 'pad',
  cpu(inputs, params, backend) {
    const x = only(inputs)
    const [n, c, h, w] = fitting(x, params)
    const { height, width } = params
    const y = new Float32Array(n * c * height * width)
    for (let plane = 0; plane < n * c; plane++) {
      for (let row = 0; row < height; row++) {
        const from = (plane * h + Math.min(row, h - 1)) * w
        const to = (plane * height + row) * width
        y.set(x.data.subarray(from, from + w), to)
        y.fill(x.data[from + w - 1] ?? 0, to + w, to + width)
      }
    }
    return backend.upload(y, [n, c, height, width])
  },
  gpu(inputs, params, backend) {
    const x = only(inputs)
    const [n, c, h, w] = fitting(x, params)
    const { height, width } = params
    const y = backend.allocate([n, c, height, width])
    dispatch(backend, {
      name: 'pad',
      code: `fn at(i: u32) {
        let column = min(i % params.width, params.w - 1u);
        let row = min((i / params.width) % params.height, params.h - 1u);
        let plane = i / (params.width * params.height);
        y[i] = x[(plane * params.h + row) * params.w + column];
      }`,
      inputs: { x },
      outputs: { y },
      params: { width: u32(width), height: u32(height), w: u32(w), h: u32(h) },
      size: { threads: n * c * height * width },
    })
    return y
  },
}

function fitting(x: Tensor, { width, height }: PadParams): ReturnType<typeof nchw> {
  const dims = nchw(x)
  if (width < dims[3] || height < dims[2]) {
    throw new AppError('gpu/wrong-shape', `Cannot pad ${dims[3]}×${dims[2]} to the smaller ${width}×${height}.`)
  }
  return dims
}
