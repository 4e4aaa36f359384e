import { AppError } from '../../base/errors.ts'
import { only, sameDims } from '../../tensor/shape.ts'
import { count, type Tensor } from '../../tensor/tensor.ts'
import { dispatch, f32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'

export interface CombineParams {
  /** One factor per input. */
  readonly weights: readonly number[]
}

/** y = Σ wᵢ·xᵢ over one to three inputs of one shape: a scheduler step, a blend of noises. */
export const combine: Kernel<CombineParams> = {
  name: 'combine',
  cpu(inputs, { weights }, backend) {
    const x = only(inputs)
    const factors = matching(inputs, weights)
    const y = new Float32Array(x.data.length)
    inputs.forEach(({ data }, k) => {
      const w = factors[k] ?? 0
      for (let i = 0; i < y.length; i++) y[i] = (y[i] ?? 0) + w * (data[i] ?? 0)
    })
    return backend.upload(y, x.dims)
  },
  gpu(inputs, { weights }, backend) {
    const x = only(inputs)
    const factors = matching(inputs, weights)
    const y = backend.allocate(x.dims)
    const names = ['a', 'b', 'c'].slice(0, inputs.length)
    dispatch(backend, {
      name: `combine-${inputs.length}`,
      code: `fn at(i: u32) { y[i] = ${names.map((name) => `params.w${name} * ${name}[i]`).join(' + ')}; }`,
      inputs: Object.fromEntries(inputs.map((input, k) => [names[k] ?? '', input])),
      outputs: { y },
      params: Object.fromEntries(names.map((name, k) => [`w${name}`, f32(factors[k] ?? 0)])),
      size: { threads: count(x.dims) },
    })
    return y
  },
}

function matching(inputs: readonly Tensor[], weights: readonly number[]): readonly number[] {
  const first = only(inputs)
  if (inputs.length > 3 || weights.length !== inputs.length) {
    throw new AppError(
      'gpu/wrong-shape',
      `Combine takes one to three tensors with as many weights, not ${inputs.length} and ${weights.length}.`,
    )
  }
  const odd = inputs.find((input) => !sameDims(input.dims, first.dims))
  if (odd)
    throw new AppError(
      'gpu/wrong-shape',
      `Shapes [${first.dims.join(', ')}] and [${odd.dims.join(', ')}] cannot be combined.`,
    )
  return weights
}
