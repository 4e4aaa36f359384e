import { byteText } from '../base/byte-text.ts'
import { AppError } from '../base/errors.ts'
import type { WeightSet } from '../weights/tensors.ts'
import type { BuiltGraph } from './graph.ts'
import { elementBytes } from './model.ts'
import type { OnnxRuntime, OnnxSession } from './runtime.ts'
import { modelSource } from './source.ts'

/**
 * A session of a graph with the weights of a checkpoint. What cannot fit is refused before a byte of it is read; that what
 * it computes fits as well, and beside others, is seen to before (models/checkpoint/room.ts). Errors: `onnx/too-large`,
 * `onnx/session`, and those of reading weights.
 */
export async function createSession(
  runtime: OnnxRuntime,
  built: BuiltGraph,
  weights: WeightSet,
  signal?: AbortSignal,
): Promise<OnnxSession> {
  checkFits(built, weights.title, runtime)
  const source = await modelSource(built, weights, signal)
  try {
    return await runtime.create(source)
  } finally {
    source.close()
  }
}

/** What to do where no resolution helps. */
function lighter({ parameters }: BuiltGraph, { half, backend }: OnnxRuntime): string {
  if (backend.kind === 'cpu') return 'Use a graphics card (WebGPU), or a smaller checkpoint.'
  const full = half && parameters.some(({ type, count }) => type === 'f32' && count >= LARGE)
  return full
    ? 'Use its files in half precision (fp16), which take half of it, or a smaller checkpoint.'
    : 'Use a smaller checkpoint.'
}

/** Numbers of a tensor that is a matrix of weights rather than a bias or a constant of the graph. */
const LARGE = 2 ** 12

function checkFits(built: BuiltGraph, title: string, runtime: OnnxRuntime): void {
  const { parameters } = built
  const { capacity, backend } = runtime
  const sizes = parameters.map(({ count, type }) => count * elementBytes[type])
  const all = sizes.reduce((sum, bytes) => sum + bytes, 0)
  if (all > capacity.weights) {
    throw new AppError(
      'onnx/too-large',
      `The ${title} needs ${byteText(all)} for its weights; ${backend.kind === 'cpu' ? 'WebAssembly' : 'this device'} can hold ${byteText(capacity.weights)}.`,
      { fix: lighter(built, runtime) },
    )
  }
  const largest = Math.max(0, ...sizes)
  if (largest > capacity.tensor) {
    const name = parameters[sizes.indexOf(largest)]?.parameter ?? 'A tensor'
    throw new AppError(
      'onnx/too-large',
      `${name} of the ${title} needs ${byteText(largest)} in one piece; this device can hold ${byteText(capacity.tensor)}.`,
      { fix: 'Use another graphics card, or a smaller checkpoint.' },
    )
  }
}
