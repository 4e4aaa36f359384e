import { AppError } from '../../src/base/errors.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { alignReduce } from '../../src/gpu/kernels/align-reduce.ts'
import { concatBatch } from '../../src/gpu/kernels/concat-batch.ts'
import { sliceBatch } from '../../src/gpu/kernels/slice-batch.ts'
import { choice, defineNode, each, image } from '../../src/node/index.ts'
import { sameDims } from '../../src/tensor/shape.ts'
import type { Reduction } from '../../src/tensor/ensemble/reduce.ts'
import { count, type Backend, type Tensor } from '../../src/tensor/tensor.ts'

export default defineNode({
  type: 'intrinsics/ensemble',
  version: 1,
  title: 'Ensemble Images',
  about:
    'Makes one picture of the members of an ensemble, pixel by pixel and colour by colour, and says how far they are from it. Nothing is aligned: intrinsic images have a scale.',
  source: 'ensemble_intrinsics of diffusers’ MarigoldIntrinsicsPipeline.',
  keywords: ['median', 'mean', 'average', 'uncertainty', 'merge', 'reduce', 'intrinsic', 'iid'],
  inputs: { image: each(image('All members of one target. A single picture passes through unchanged.')) },
  params: {
    reduction: choice({
      label: 'Reduction',
      about:
        'How members become one: the median ignores outliers (of an even number it is the lower middle, as in PyTorch), the mean is smoother.',
      options: ['median', 'mean'],
      default: 'median',
    }),
  },
  outputs: {
    image: image('One picture, merged from all members.'),
    uncertainty: image(
      'How far members are from it, for each colour: median absolute or standard deviation; 0 for a single member.',
    ),
  },
  /** ensemble_intrinsics of MarigoldIntrinsicsPipeline, for one target. */
  async run({ image: members }, { reduction }, ctx) {
    const [first] = members
    if (first === undefined) {
      throw new AppError('node/empty-ensemble', 'There is no picture to merge.', { fix: 'Give at least one.' })
    }
    if (members.length === 2) {
      ctx.warn('An ensemble of 2 is about as good as 1; use at least 3 members.')
    }
    const { backend } = ctx
    const { frame } = first
    const { dims } = first.tensor
    const tensors = members.map(({ tensor }) => tensor)
    const odd = tensors.find((tensor) => !sameDims(tensor.dims, dims))
    if (odd !== undefined) {
      const sizes = `[${dims.join(', ')}] and [${odd.dims.join(', ')}]`
      throw new AppError('node/unequal-members', `Ensemble members must be of one size, got ${sizes}.`, {
        fix: 'Make all members from the same picture at the same resolution.',
      })
    }
    if (members.length === 1) {
      const none = backend.upload(new Float32Array(count(dims)), dims)
      return {
        image: { kind: 'image', tensor: first.tensor.retain(), frame },
        uncertainty: { kind: 'image', tensor: none, frame },
      }
    }
    const [merged, spread] = reduced(backend, tensors, reduction)
    return {
      image: { kind: 'image', tensor: merged, frame },
      uncertainty: { kind: 'image', tensor: spread, frame },
    }
  },
})

function reduced(backend: Backend, members: readonly Tensor[], reduction: Reduction): readonly [Tensor, Tensor] {
  const asTheyAre = { scales: members.map(() => 1), shifts: members.map(() => 0) }
  const stack = runKernel(backend, concatBatch, members, {})
  try {
    const both = runKernel(backend, alignReduce, [stack], { ...asTheyAre, reduction, deviation: true })
    try {
      const item = (start: number): Tensor => runKernel(backend, sliceBatch, [both], { start, count: 1 })
      return [item(0), item(1)]
    } finally {
      both.release()
    }
  } finally {
    stack.release()
  }
}
