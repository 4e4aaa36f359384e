import type { ConfigReader } from '../architectures/config.ts'

/** What a checkpoint predicts: one picture, or several at once (the two decompositions into intrinsic images). */
export type Modality = 'depth' | 'normals' | 'appearance' | 'lighting'

/** The pictures that are predicted, in the order of their latents. */
export const TARGETS = {
  depth: ['depth'],
  normals: ['normals'],
  appearance: ['albedo', 'material'],
  lighting: ['albedo', 'shading', 'residual'],
} as const satisfies Readonly<Record<Modality, readonly string[]>>

/** Whether the class of a diffusers pipeline is one of these. */
export const isMarigold = (name: string): boolean => PIPELINES.some((one) => one === name)

export const isModality = (text: string | undefined): text is Modality =>
  text !== undefined && Object.hasOwn(TARGETS, text)

/** What a model predicts, and what its numbers mean. */
export interface Prediction {
  readonly modality: Modality
  /** Of depth: whether it is known only up to a factor, and only up to an offset. */
  readonly scaleInvariant: boolean
  readonly shiftInvariant: boolean
  /** Of depth; checkpoints from before there were two predict depth. */
  readonly quantity: 'depth' | 'disparity'
  /** Of normals: whether z is predicted over −1..1, or only over 0..1, towards the viewer. */
  readonly useFullZRange: boolean
}

/** What it is by diffusers' defaults. */
export const usualPrediction = (modality: Modality): Prediction => ({
  modality,
  scaleInvariant: true,
  shiftInvariant: true,
  quantity: 'depth',
  useFullZRange: true,
})

/** MarigoldPipeline was the name of the depth pipeline before there were others. */
const PIPELINES = [
  'MarigoldDepthPipeline',
  'MarigoldPipeline',
  'MarigoldNormalsPipeline',
  'MarigoldIntrinsicsPipeline',
] as const

/** Reads it off model_index.json. Errors: `checkpoint/unsupported`. */
export function readPrediction(index: ConfigReader): Prediction {
  const modality = readModality(index)
  const usual = usualPrediction(modality)
  const named = modality === 'depth' && (index.json['prediction_type'] ?? null) !== null
  return {
    modality,
    scaleInvariant: index.boolean('scale_invariant', usual.scaleInvariant),
    shiftInvariant: index.boolean('shift_invariant', usual.shiftInvariant),
    quantity: named ? index.choice('prediction_type', ['depth', 'disparity'], 'depth') : usual.quantity,
    useFullZRange: index.boolean('use_full_z_range', usual.useFullZRange),
  }
}

/** The pipeline's class and, of intrinsic images, which. */
function readModality(index: ConfigReader): Modality {
  const pipeline = index.choice('_class_name', PIPELINES, 'MarigoldDepthPipeline')
  if (pipeline === 'MarigoldNormalsPipeline') return 'normals'
  if (pipeline !== 'MarigoldIntrinsicsPipeline') return 'depth'
  const names = targetNames(index.json['target_properties'])
  const known = (['appearance', 'lighting'] as const).find((modality) => TARGETS[modality].join() === names.join())
  const wanted = 'target_names albedo, material or albedo, shading, residual'
  return known ?? index.refuse('target_properties', wanted)
}

function targetNames(properties: unknown): readonly unknown[] {
  const given = typeof properties === 'object' && properties !== null && 'target_names' in properties
  return given && Array.isArray(properties.target_names) ? properties.target_names : []
}
