import type { Reduction } from '../../tensor/ensemble/reduce.ts'
import { only } from '../../tensor/shape.ts'
import { count } from '../../tensor/tensor.ts'
import { dispatch, u32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'
import { alignReduce } from './align-reduce.ts'
import { minMax } from './min-max.ts'

export interface ExtremesParams {
  /** sᵢ and tᵢ, one per member. */
  readonly scales: readonly number[]
  readonly shifts: readonly number[]
  readonly reduction: Reduction
}

/**
 * What the members [E,1,H,W] say where P = reduce(sᵢ·dᵢ + tᵢ) has its minimum and its maximum: [2,E], d₀..d_{E−1} at
 * each. From it the caller has min P, max P and their gradients in float64.
 */
export const extremes: Kernel<ExtremesParams> = {
  name: 'extremes',
  cpu(inputs, params, backend) {
    const stack = only(inputs)
    const members = params.scales.length
    const size = count(stack.dims) / members
    const reduced = alignReduce.cpu(inputs, { ...params, deviation: false }, backend)
    const found = minMax.cpu([reduced], {}, backend)
    const values = [...found.data.subarray(2)].flatMap((pixel) =>
      params.scales.map((_, m) => stack.data[m * size + pixel] ?? 0),
    )
    reduced.release()
    found.release()
    return backend.upload(Float32Array.from(values), [2, members])
  },
  gpu(inputs, params, backend) {
    const stack = only(inputs)
    const members = params.scales.length
    const reduced = alignReduce.gpu(inputs, { ...params, deviation: false }, backend)
    const found = minMax.gpu([reduced], {}, backend)
    const y = backend.allocate([2, members])
    dispatch(backend, {
      name: 'extremes',
      code: `fn at(i: u32) {
        let pixel = u32(found[2u + i / params.members]);
        y[i] = stack[(i % params.members) * params.size + pixel];
      }`,
      inputs: { stack, found },
      outputs: { y },
      params: { members: u32(members), size: u32(count(stack.dims) / members) },
      size: { threads: 2 * members },
    })
    reduced.release()
    found.release()
    return y
  },
}
