import { AppError } from '../base/errors.ts'
import type { WeightSet } from '../weights/tensors.ts'
import type { BuiltGraph } from './graph.ts'
import { elementBytes } from './model.ts'
import type { Capacity, OnnxRuntime, OnnxSession } from './runtime.ts'
import { modelSource } from './source.ts'

/**
 * A session of a graph with the weights of a checkpoint. What cannot fit is refused before a byte of it is read. Errors:
 * `onnx/too-large`, `onnx/session`, and those of reading weights.
 */
export async function createSession(
  runtime: OnnxRuntime,
  built: BuiltGraph,
  weights: WeightSet,
  signal?: AbortSignal,
): Promise<OnnxSession> {
  checkFits(built, weights.title, runtime.capacity, runtime.backend.kind)
  return runtime.create(await modelSource(built, weights, signal))
}

function checkFits(
  { parameters }: BuiltGraph,
  title: string,
  capacity: Capacity,
  backend: OnnxRuntime['backend']['kind'],
): void {
  const sizes = parameters.map(({ count, type }) => count * elementBytes[type])
  const all = sizes.reduce((sum, bytes) => sum + bytes, 0)
  if (all > capacity.weights) {
    throw new AppError(
      'onnx/too-large',
      `The ${title} needs ${gigabytes(all)} for its weights; ${backend === 'cpu' ? 'WebAssembly' : 'this device'} can hold ${gigabytes(capacity.weights)}.`,
      { fix: 'Use a graphics card (WebGPU), or a smaller checkpoint.' },
    )
  }
  const largest = Math.max(0, ...sizes)
  if (largest > capacity.tensor) {
    const name = parameters[sizes.indexOf(largest)]?.parameter ?? 'A tensor'
    throw new AppError(
      'onnx/too-large',
      `${name} of the ${title} needs ${gigabytes(largest)} in one piece; this device can hold ${gigabytes(capacity.tensor)}.`,
      { fix: 'Use another graphics card, or a smaller checkpoint.' },
    )
  }
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toPrecision(2)} GB`
