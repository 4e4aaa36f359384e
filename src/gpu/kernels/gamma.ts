import { only } from '../../tensor/shape.ts'
import { count } from '../../tensor/tensor.ts'
import { dispatch, f32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'

export interface GammaParams {
  /** What becomes 1. */
  readonly white: number
}

const EXPONENT = 1 / 2.2

/** Linear light to what a screen shows: y = (x / white)^(1/2.2); below 0 it is 0. Not finite stays as it is. Any shape. */
export const gamma: Kernel<GammaParams> = {
  name: 'gamma',
  cpu(inputs, { white }, backend) {
    const x = only(inputs)
    return backend.upload(
      x.data.map((v) => (Number.isFinite(v) ? Math.max(v / white, 0) ** EXPONENT : v)),
      x.dims,
    )
  },
  gpu(inputs, { white }, backend) {
    const x = only(inputs)
    const y = backend.allocate(x.dims)
    dispatch(backend, {
      name: 'gamma',
      code: `fn at(i: u32) {
        let v = x[i];
        // pow(0, …) goes through log2(0)
        if (!is_finite(v)) { y[i] = v; } else if (v <= 0.0) { y[i] = 0.0; } else { y[i] = pow(v / params.white, ${EXPONENT}); }
      }`,
      inputs: { x },
      outputs: { y },
      params: { white: f32(white) },
      size: { threads: count(x.dims) },
    })
    return y
  },
}
