import { AppError } from '../../src/base/errors.ts'
import { byteText } from '../../src/base/byte-text.ts'
import { remember } from '../../src/base/remember.ts'
import { createSession } from '../../src/onnx/create.ts'
import type { BuiltGraph } from '../../src/onnx/graph.ts'
import type { Held, OnnxRuntime, OnnxSession } from '../../src/onnx/runtime.ts'
import { nchw } from '../../src/tensor/shape.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import type { WeightSet } from '../../src/weights/tensors.ts'
import { vaeFactor, type VaeConfig } from '../architectures/autoencoder-config.ts'
import { klDecoderGraph, klEncoderGraph } from '../architectures/autoencoder-kl.ts'
import { tinyDecoderGraph, tinyEncoderGraph } from '../architectures/autoencoder-tiny.ts'
import { largestTensors, stripPlan, type LatentSize, type StripPlan } from '../architectures/strip-plan.ts'
import { precisionFor } from './precision.ts'

type Part = 'encoder' | 'decoder'

/**
 * WebAssembly has 4 GiB for everything. In strips of tensors of this size the released decoder needs 0.85 GB for 768 × 576
 * pixels instead of 1.13; on WebGPU, where the runtime keeps what it frees, strips of any size need about as much as none.
 */
export const HEAP_TENSOR = 2 ** 27

/** What one tensor of the VAE may take on this device, in bytes. */
export const tensorLimit = ({ backend, capacity }: Held): number =>
  backend.kind === 'cpu' ? Math.min(capacity.tensor, HEAP_TENSOR) : capacity.tensor

/**
 * One half of the VAE. Its session computes large pictures in strips, of which there are as many as make every tensor
 * small enough for the device; it is made again when a picture needs more.
 */
export class VaeHalf {
  /** The one session by its strips. */
  readonly #made = new Map<StripPlan, Promise<OnnxSession>>()

  constructor(
    readonly part: Part,
    readonly vae: VaeConfig,
    readonly runtime: OnnxRuntime,
    readonly weights: (signal: AbortSignal) => Promise<WeightSet>,
  ) {}

  /** Image → latent, or latent → image. Errors: `onnx/too-large`, and those of sessions and weights. */
  async run(input: Tensor, signal: AbortSignal): Promise<Tensor> {
    const [batch, , rows, columns] = nchw(input)
    const cell = this.part === 'encoder' ? vaeFactor(this.vae) : 1
    const name = this.part === 'encoder' ? 'image' : 'latent'
    const size = { batch, height: rows / cell, width: columns / cell }
    const session = await this.#session(size, signal)
    const [output] = Object.values(await session.run({ [name]: input }))
    if (!output) throw new AppError('onnx/run', 'The model gave no result.')
    return output
  }

  /** Frees the session. */
  async close(): Promise<void> {
    const made = [...this.#made.values()]
    this.#made.clear()
    for (const session of made) await (await session.catch(() => undefined))?.release()
  }

  async #session(size: LatentSize, signal: AbortSignal): Promise<OnnxSession> {
    signal.throwIfAborted()
    const wanted = this.#strips(size)
    const [before] = this.#made.keys()
    // More strips than it needs do a small picture no harm; uploading the weights again would take longer.
    const kept = before && before.count >= wanted.count && before.levels >= wanted.levels && before.count <= size.height
    if (!kept) await this.close()
    const strips = kept ? before : wanted
    const session = await remember(this.#made, strips, () => this.#create(strips, signal))
    signal.throwIfAborted()
    return session
  }

  #strips(size: LatentSize): StripPlan {
    if (this.vae.kind === 'tiny') return { count: 1, levels: 0 }
    const limit = tensorLimit(this.runtime)
    const plan = stripPlan(this.vae, this.part, size, limit)
    if (plan !== undefined) return plan
    const least = Math.max(...largestTensors(this.vae, this.part, size, size.height))
    throw new AppError(
      'onnx/too-large',
      `One row of the VAE's ${this.part} needs ${byteText(least)} in one piece; this device can hold ${byteText(limit)}.`,
      {
        fix: 'Use a smaller resolution or a smaller batch size.',
        remedies: [{ do: 'lower', param: 'resolution', by: 0.75 }],
      },
    )
  }

  async #create(strips: StripPlan, signal: AbortSignal): Promise<OnnxSession> {
    const weights = await this.weights(signal)
    return createSession(this.runtime, this.#graph(weights, strips), weights, signal)
  }

  #graph(weights: WeightSet, strips: StripPlan): BuiltGraph {
    const { part, vae } = this
    const target = this.runtime.backend.kind === 'webgpu' ? 'webgpu' : 'wasm'
    const options = { target, ...precisionFor(this.runtime, weights) } as const
    if (vae.kind === 'tiny') return (part === 'encoder' ? tinyEncoderGraph : tinyDecoderGraph)(vae, weights, options)
    return (part === 'encoder' ? klEncoderGraph : klDecoderGraph)(vae, weights, { ...options, strips })
  }
}
