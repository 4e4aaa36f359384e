import { choice, defineNode, depth, each, integer, number, uncertainty } from '../../src/node/index.ts'
import { ensembleAlign } from '../../src/gpu/ensemble-align.ts'

export default defineNode({
  type: 'depth/ensemble-align',
  version: 1,
  title: 'Ensemble Align',
  about:
    'Makes one depth map of the members of an ensemble: scales and shifts them onto each other, takes the median or mean, and says where they disagree.',
  keywords: ['median', 'mean', 'average', 'uncertainty', 'merge', 'reduce'],
  inputs: { depth: each(depth('All members. A single map passes through unchanged.')) },
  params: {
    reduction: choice({
      label: 'Reduction',
      about:
        'How members become one: the median ignores outliers (of an even number it is the lower middle, as in PyTorch), the mean is smoother.',
      options: ['median', 'mean'],
      default: 'median',
    }),
    alignment: choice({
      label: 'Alignment',
      about:
        'Affine: each member has its own scale and shift. Scale: only a scale, so that 0 stays 0, for scale-invariant checkpoints.',
      options: ['affine', 'scale'],
      titles: { affine: 'Scale and shift', scale: 'Scale only' },
      default: 'affine',
    }),
    regularizer_strength: number({
      label: 'Regularizer',
      about: 'How much the result is kept near the range 0..1 while members are brought together.',
      default: 0.02,
      min: 0,
      max: 10,
      step: 0.005,
      slider: [0, 0.2],
      advanced: true,
    }),
    max_iter: integer({
      label: 'Iterations',
      about:
        'Steps of the optimiser. 0 keeps the initial min-max alignment; 2 is the reference; more than 10 are not taken.',
      default: 2,
      min: 0,
      max: 50,
      slider: [0, 10],
      advanced: true,
    }),
    tol: number({
      label: 'Tolerance',
      about: 'The optimiser stops when no part of the gradient is larger.',
      default: 1e-3,
      min: 1e-8,
      max: 1,
      step: 1e-4,
      scale: 'log',
      advanced: true,
    }),
    max_res: integer({
      label: 'Alignment resolution',
      about: 'Longer side, in pixels, at which members are compared; the result keeps its full size. 0: full size.',
      default: 1024,
      min: 0,
      max: 4096,
      step: 8,
      advanced: true,
    }),
  },
  outputs: {
    depth: depth('One map, stretched to 0..1 (a single member passes through as it is).'),
    uncertainty: uncertainty(
      'How far members are from it: median absolute or standard deviation; 0 for a single member.',
    ),
  },
  async run({ depth: members }, params, ctx) {
    if (members.length === 2) {
      ctx.warn('An ensemble of 2 is about as good as 1; use at least 3 members.')
    }
    const { reduction, alignment, tol } = params
    const aligned = await ensembleAlign(
      ctx.backend,
      members.map(({ tensor }) => tensor),
      {
        reduction,
        alignment,
        regularizerStrength: params.regularizer_strength,
        maxIter: params.max_iter,
        tol,
        maxRes: params.max_res,
        signal: ctx.signal,
      },
    )
    const frame = members[0]?.frame ?? { original: { width: 0, height: 0 }, content: { width: 0, height: 0 } }
    return {
      depth: { kind: 'depth', tensor: aligned.depth, frame },
      uncertainty: { kind: 'uncertainty', tensor: aligned.uncertainty, frame },
    }
  },
})
