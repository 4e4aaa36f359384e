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

/** Largest finite float32: WGSL has no infinity. */
const LARGEST = 3.4028234663852886e38

/** y = a·x + b, then clamped. Any shape. */
export const affine: Kernel<AffineParams> = {
  name: 'affine',
  cpu(inputs, { a, b, clamp }, backend) {
    const x = only(inputs)
    const [low, high] = clamp ?? [-LARGEST, LARGEST]
    return backend.upload(
      x.data.map((v) => Math.min(Math.max(a * v + b, low), high)),
      x.dims,
    )
  },
  gpu(inputs, { a, b, clamp }, backend) {
    const x = only(inputs)
    const y = backend.allocate(x.dims)
    const [low, high] = clamp ?? [-LARGEST, LARGEST]
    dispatch(backend, {
      name: 'affine',
      code: 'fn at(i: u32) { y[i] = clamp(params.a * x[i] + params.b, params.low, params.high); }',
      inputs: { x },
      outputs: { y },
      params: { a: f32(a), b: f32(b), low: f32(low), high: f32(high) },
      size: { threads: count(x.dims) },
    })
    return y
  },
}
