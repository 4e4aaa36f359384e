import { AppError } from '../../src/base/errors.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { concatBatch } from '../../src/gpu/kernels/concat-batch.ts'
import { mergeNormals } from '../../src/gpu/kernels/merge-normals.ts'
import { choice, defineNode, each, normals, uncertainty } from '../../src/node/index.ts'
import { sameDims } from '../../src/tensor/shape.ts'

export default defineNode({
  type: 'normals/ensemble',
  version: 1,
  title: 'Ensemble Normals',
  about:
    'Makes one map of normals of the members of an ensemble, and says where they disagree. Normals need no alignment: their directions are compared as they are.',
  source: 'ensemble_normals of diffusers’ MarigoldNormalsPipeline.',
  keywords: ['closest', 'mean', 'average', 'uncertainty', 'merge', 'reduce', 'angle'],
  inputs: { normals: each(normals('All members. A single map passes through unchanged.')) },
  params: {
    reduction: choice({
      label: 'Reduction',
      about:
        'How members become one: closest takes, at every pixel, the member nearest to the mean direction, and keeps edges hard; the mean is smoother.',
      options: ['closest', 'mean'],
      default: 'closest',
    }),
  },
  outputs: {
    normals: normals('One map of unit normals.'),
    uncertainty: uncertainty(
      'The mean angle between the members and their mean direction, from 0 to 1 for half a turn; 0 for a single member.',
    ),
  },
  async run({ normals: members }, { reduction }, ctx) {
    const [first] = members
    if (first === undefined) {
      throw new AppError('node/empty-ensemble', 'There are no normals to merge.', { fix: 'Give at least one map.' })
    }
    if (members.length === 2) {
      ctx.warn('An ensemble of 2 is about as good as 1; use at least 3 members.')
    }
    const { frame } = first
    const tensors = members.map(({ tensor }) => tensor)
    const odd = tensors.find(({ dims }) => !sameDims(dims, first.tensor.dims))
    if (odd !== undefined) {
      const [a, b] = [first.tensor, odd].map(({ dims }) => `[${dims.join(', ')}]`)
      throw new AppError(
        'node/unequal-members',
        `Ensemble members must be of one size, got ${a ?? ''} and ${b ?? ''}.`,
        {
          fix: 'Make all members from the same picture at the same resolution.',
        },
      )
    }
    const { backend } = ctx
    if (members.length === 1) {
      const [, , h = 1, w = 1] = first.tensor.dims
      return {
        normals: { kind: 'normals', tensor: first.tensor.retain(), frame },
        uncertainty: { kind: 'uncertainty', tensor: backend.upload(new Float32Array(h * w), [1, 1, h, w]), frame },
      }
    }
    const stack = runKernel(backend, concatBatch, tensors, {})
    try {
      const merged = runKernel(backend, mergeNormals, [stack], { result: reduction })
      const spread = runKernel(backend, mergeNormals, [stack], { result: 'uncertainty' })
      return {
        normals: { kind: 'normals', tensor: merged, frame },
        uncertainty: { kind: 'uncertainty', tensor: spread, frame },
      }
    } finally {
      stack.release()
    }
  },
})
