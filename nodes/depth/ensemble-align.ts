import { AppError } from '../../src/base/errors.ts'
import { ensembleAlign } from '../../src/gpu/ensemble-align.ts'
import {
  choice,
  defineNode,
  depth,
  each,
  integer,
  number,
  uncertainty,
  type DepthMeaning,
} from '../../src/node/index.ts'

export default defineNode({
  type: 'depth/ensemble-align',
  version: 2,
  title: 'Ensemble Align',
  about:
    'Makes one depth map of the members of an ensemble: scales and shifts them onto each other, takes the median or mean, and says where they disagree. Scales come from each member’s own range; only shifts are searched, as the reference in effect does.',
  source:
    'ensemble_depth of diffusers’ MarigoldDepthPipeline. Ke et al., Repurposing Diffusion-Based Image Generators for Monocular Depth Estimation, CVPR 2024.',
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
        'Auto: as the checkpoint says of its depth. Scale and shift: each member’s range becomes 0..1, then shifts are searched. Scale only: each member is divided by its maximum, so that 0 stays 0; nothing is searched.',
      options: ['checkpoint', 'affine', 'scale'],
      titles: { checkpoint: 'Auto', affine: 'Scale and shift', scale: 'Scale only' },
      default: 'checkpoint',
    }),
    regularizer_strength: number({
      label: 'Regularizer',
      about:
        'How much the result is kept near the range 0..1 while shifts are searched. Of no effect with "Scale only".',
      default: 0.02,
      min: 0,
      max: 10,
      step: 0.005,
      slider: [0.001, 1],
      scale: 'log',
      advanced: true,
    }),
    max_iter: integer({
      label: 'Iterations',
      about:
        'Steps of the search for shifts. 0 keeps the initial min-max alignment; 2 is the reference; more than 10 are not taken. Of no effect with "Scale only".',
      unit: 'steps',
      default: 2,
      min: 0,
      max: 50,
      slider: [0, 10],
      advanced: true,
    }),
    tol: number({
      label: 'Tolerance',
      about: 'The search stops when no part of the gradient is larger. Of no effect with "Scale only".',
      default: 1e-3,
      min: 1e-8,
      max: 1,
      step: 1e-4,
      slider: [1e-6, 0.1],
      scale: 'log',
      advanced: true,
    }),
    max_res: integer({
      label: 'Alignment resolution',
      about: 'Longer side, in pixels, at which members are compared; the result keeps its full size. 0: full size.',
      unit: 'px',
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
  // Version 1 had no "checkpoint": left alone, it aligned with scale and shift.
  migrations: [{ to: 2, up: (params) => ({ alignment: 'affine', ...params }) }],
  async run({ depth: members }, params, ctx) {
    if (members.length === 2) {
      ctx.warn('An ensemble of 2 is about as good as 1; use at least 3 members.')
    }
    const [first] = members
    if (first === undefined) {
      throw new AppError('node/empty-ensemble', 'There is no depth map to align.', { fix: 'Give at least one.' })
    }
    const { frame, meaning } = first
    const { reduction, tol } = params
    // A single map is not aligned, so it does not matter whether it could be.
    const alignment = members.length === 1 ? 'affine' : alignmentFor(params.alignment, meaning)
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
    return {
      depth: {
        kind: 'depth',
        tensor: aligned.depth,
        frame,
        meaning: members.length === 1 ? meaning : afterwards(meaning, alignment),
      },
      uncertainty: { kind: 'uncertainty', tensor: aligned.uncertainty, frame },
    }
  },
})

/** MarigoldDepthPipeline.ensemble_depth by scale_invariant and shift_invariant, with what it raises as errors. */
function alignmentFor(
  chosen: 'checkpoint' | 'affine' | 'scale',
  { scaleInvariant, shiftInvariant }: DepthMeaning,
): 'affine' | 'scale' {
  if (chosen !== 'checkpoint') return chosen
  if (scaleInvariant) return shiftInvariant ? 'affine' : 'scale'
  const says = shiftInvariant ? 'shift-invariant only' : 'neither scale- nor shift-invariant'
  throw new AppError(
    'node/no-alignment',
    `The checkpoint’s depth is ${says}, for which the reference has no ensembling.`,
    { fix: 'Choose an alignment yourself, or take one member in Noise Init.' },
  )
}

/** The result is divided by its range, and "affine" also moves its minimum to 0. */
const afterwards = ({ quantity, shiftInvariant }: DepthMeaning, alignment: 'affine' | 'scale'): DepthMeaning => ({
  quantity,
  scaleInvariant: true,
  shiftInvariant: shiftInvariant || alignment === 'affine',
})
