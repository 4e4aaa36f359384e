import { only } from '../../tensor/shape.ts'
import { count } from '../../tensor/tensor.ts'
import { dispatch, f32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'

export interface AffineParams {
  readonly a: number
  readonly b: number
  /** Limits of the result; none when left out. */
  readonly clamp?: readonly [low: number, high: number]
}

/** y = a·x + b, then clamped; NaN stays NaN. Any shape. */
export const affine: Kernel<AffineParams> = {
  name: 'affine',
  cpu(inputs, { a, b, clamp }, backend) {
    const x = only(inputs)
    const [low, high] = clamp ?? [-Infinity, Infinity]
    return backend.upload(
      x.data.map((v) => Math.min(Math.max(a * v + b, low), high)),
      x.dims,
    )
  },
  gpu(inputs, { a, b, clamp }, backend) {
    const x = only(inputs)
    const y = backend.allocate(x.dims)
    const [low, high] = clamp ?? [0, 0]
    dispatch(backend, {
      name: clamp ? 'affine-clamped' : 'affine',
      code: `fn at(i: u32) {
        let v = params.a * x[i] + params.b;
        y[i] = ${clamp ? 'select(clamp(v, params.low, params.high), v, is_nan(v))' : 'v'};
      }`,
      inputs: { x },
      outputs: { y },
      params: { a: f32(a), b: f32(b), low: f32(low), high: f32(high) },
      size: { threads: count(x.dims) },
    })
    return y
  },
}
