import type { GraphTarget } from '../../src/onnx/graph.ts'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import type { WeightSet } from '../../src/weights/tensors.ts'

/** What a model keeps and computes in. */
export type Precision = Pick<GraphTarget, 'compute' | 'weights'>

/**
 * Weights that are stored in half precision stay so where the runtime has it; the sums are always float32. The runtime's
 * own half precision also adds in half precision: over the thousands of products of a convolution it errs by 1 to 2 %,
 * where rounding alone errs by 0.03 %, and it ends at 65504.
 */
export function precisionFor(runtime: Pick<OnnxRuntime, 'half'>, weights: WeightSet): Precision {
  const half = runtime.half && weights.names.every((name) => weights.get(name).dtype === 'F16')
  return half ? { compute: 'f32', weights: 'f16' } : { compute: 'f32' }
}
