import { byteText } from '../base/byte-text.ts'
import { AppError, type ErrorDetails } from '../base/errors.ts'
import type { Dims } from '../tensor/tensor.ts'
import type { WeightSet } from '../weights/tensors.ts'
import { footprint } from './footprint.ts'
import type { BuiltGraph } from './graph.ts'
import { elementBytes } from './model.ts'
import type { OnnxRuntime, OnnxSession } from './runtime.ts'
import { modelSource } from './source.ts'

/** Dimensions of the inputs of a run, by name. */
export type InputDims = Readonly<Record<string, Dims>>

/**
 * A session of a graph with the weights of a checkpoint. What cannot fit is refused before a byte of it is read, and
 * before a run begins. Errors: `onnx/too-large`, `onnx/session`, and those of reading weights.
 *
 * @param first dimensions of the first run, if they are known.
 */
export async function createSession(
  runtime: OnnxRuntime,
  built: BuiltGraph,
  weights: WeightSet,
  signal?: AbortSignal,
  first?: InputDims,
): Promise<OnnxSession> {
  checkFits(built, weights.title, runtime)
  const room = new Room(built, weights.title, runtime)
  if (first) room.expectFor(first)
  const session = await runtime.create(await modelSource(built, weights, signal))
  return {
    run: async (inputs) => {
      room.expectFor(Object.fromEntries(Object.entries(inputs).map(([name, { dims }]) => [name, dims])))
      return session.run(inputs)
    },
    release: () => session.release(),
  }
}

/** What runs of one graph may take; sizes that fit are worked out once. */
class Room {
  readonly #fitting = new Set<string>()

  constructor(
    readonly built: BuiltGraph,
    readonly title: string,
    readonly runtime: OnnxRuntime,
  ) {}

  /** Throws `onnx/too-large`, with what would fit. */
  expectFor(inputs: InputDims): void {
    const { memory } = this.runtime.capacity
    // A person may lower it between two runs.
    const key = `${memory} ${JSON.stringify(inputs)}`
    if (memory === Infinity || this.#fitting.has(key)) return
    const needed = this.#needed(inputs)
    if (!this.#fits(needed)) throw this.#refusal(inputs, needed)
    this.#fitting.add(key)
  }

  #needed(inputs: InputDims): number {
    const { weights, peak } = footprint(this.built, inputs, this.#target)
    return weights + peak
  }

  get #target(): 'wasm' | 'webgpu' {
    return this.runtime.backend.kind === 'webgpu' ? 'webgpu' : 'wasm'
  }

  #fits(bytes: number): boolean {
    return bytes <= this.runtime.capacity.memory
  }

  #refusal(inputs: InputDims, needed: number): AppError {
    const holds = `${this.#target === 'wasm' ? 'WebAssembly' : 'this device'} can hold ${byteText(this.runtime.capacity.memory)}`
    const message = `The ${this.title} needs about ${byteText(needed)} to run at this size; ${holds}.`
    return new AppError('onnx/too-large', message, this.#advice(inputs))
  }

  #advice(inputs: InputDims): Pick<ErrorDetails, 'fix' | 'remedies'> {
    const scaled = (batch: number, by: number): InputDims =>
      Object.fromEntries(
        Object.entries(inputs).map(([name, dims]) => [
          name,
          dims.map((n, axis) => (dims.length !== 4 ? n : axis === 0 ? Math.min(n, batch) : axis === 1 ? n : at(n, by))),
        ]),
      )
    const single = { do: 'set', param: 'batch_size', value: 1 } as const
    if (this.#fits(this.#needed(scaled(1, 1)))) return { fix: 'Set the batch size to 1.', remedies: [single] }
    for (let percent = 95; percent >= 10; percent -= 5) {
      if (this.#fits(this.#needed(scaled(1, percent / 100)))) {
        return {
          fix: `Use ${percent} % of this resolution or less, with a batch size of 1.`,
          remedies: [{ do: 'lower', param: 'resolution', by: percent / 100 }],
        }
      }
    }
    return { fix: lighter(this.built, this.runtime) }
  }
}

const at = (n: number, by: number): number => Math.max(1, Math.floor(n * by))

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
