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

/** MarigoldPipeline was the name of the depth pipeline before there were others. */
const PIPELINES = [
  'MarigoldDepthPipeline',
  'MarigoldPipeline',
  'MarigoldNormalsPipeline',
  'MarigoldIntrinsicsPipeline',
] as const

/** Reads it off model_index.json: the pipeline's class and, of intrinsic images, which. */
export function readModality(index: ConfigReader): Modality {
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
