import { AppError } from '../../base/errors.ts'
import { nchw, only } from '../../tensor/shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { dispatch, u32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'

export interface CropParams {
  readonly width: number
  readonly height: number
}

/** The top left [N,C,height,width] of [N,C,H,W]: takes off what `pad` put right and below. */
export const crop: Kernel<CropParams> = {
  name: 'crop',
  cpu(inputs, params, backend) {
    const x = only(inputs)
    const [n, c, h, w] = fitting(x, params)
    const { height, width } = params
    const y = new Float32Array(n * c * height * width)
    for (let plane = 0; plane < n * c; plane++) {
      for (let row = 0; row < height; row++) {
        const start = (plane * h + row) * w
        y.set(x.data.subarray(start, start + width), (plane * height + row) * width)
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
      name: 'crop',
      code: `fn at(i: u32) {
        let column = i % params.width;
        let row = (i / params.width) % params.height;
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

function fitting(x: Tensor, { width, height }: CropParams): ReturnType<typeof nchw> {
  const dims = nchw(x)
  if (width < 1 || height < 1 || width > dims[3] || height > dims[2]) {
    throw new AppError('gpu/wrong-shape', `Cannot crop ${dims[3]}×${dims[2]} to ${width}×${height}.`)
  }
  return dims
}
