import { AppError } from '../../src/base/errors.ts'
import { remember } from '../../src/base/remember.ts'
import { createSession } from '../../src/onnx/create.ts'
import type { BuiltGraph } from '../../src/onnx/graph.ts'
import type { OnnxRuntime, OnnxSession } from '../../src/onnx/runtime.ts'
import type { CheckpointFiles } from '../../src/weights/files.ts'
import { openWeights, type Component, type Variant, type WeightSet } from '../../src/weights/tensors.ts'
import { nchw } from '../../src/tensor/shape.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { timestepEmbedding } from '../architectures/timestep-embedding.ts'
import type { LatentSize } from '../architectures/strip-plan.ts'
import { unetGraph } from '../architectures/unet-2d-condition.ts'
import { unetUnfolds } from '../architectures/unfold-plan.ts'
import type { Checkpoint } from './checkpoint.ts'
import { roomFor } from './batch-room.ts'
import { keptFold } from './kept-fold.ts'
import { keptEmptyPrompt, type PromptShelf } from './kept-prompt.ts'
import type { CheckpointFolder } from './folder.ts'
import { memoryDevice } from './memory.ts'
import { precisionFor, type Precision } from './precision.ts'
import { Room, type Identified } from './room.ts'
import { laidOut } from './vae-alone.ts'
import { VaeHalf } from './vae-half.ts'

export interface OpenOptions {
  /**
   * Element type of the U-Net, for comparison; `f16` only where the runtime has it. Left out, it is as `precisionFor`
   * says, as it always is for the VAE.
   */
  readonly precision?: 'f32' | 'f16'
  /** False computes cross-attention from the prompt in every step, for comparison. */
  readonly fold?: boolean
  /** Where empty prompts, and what is folded of them, are kept between sessions; left out, each computes them. */
  readonly prompts?: PromptShelf
  /** The memory of the runtime, shared by all checkpoints on it. */
  readonly room?: Room
}

/** The file to take when a component comes in both precisions: the smaller one where its precision can be used. */
export const preferredVariant = (runtime: OnnxRuntime, { precision }: OpenOptions): Variant =>
  runtime.half && precision !== 'f32' ? 'fp16' : 'full'

/** A checkpoint whose sessions are made on first use and kept until `close`; the empty prompt is kept for good. */
export class OpenedCheckpoint implements Checkpoint {
  readonly config: Checkpoint['config']
  readonly #encoder: VaeHalf
  readonly #decoder: VaeHalf
  /** The one session, by whether its convolutions are unfolded. */
  readonly #unets = new Map<boolean, Promise<OnnxSession>>()
  readonly #options: OpenOptions
  readonly #variant: Variant
  readonly #room: Room
  /** Outlives the sessions: a few kilobytes, for which a text encoder of gigabytes was read. */
  readonly #texts = new Map<Variant, Promise<Float32Array>>()

  readonly #rooms = new Map<string, Promise<number>>()
  /** Where the weights of the next session are read. */
  #files: CheckpointFiles

  constructor(
    readonly id: string,
    readonly folder: CheckpointFolder,
    readonly runtime: OnnxRuntime,
    options: OpenOptions = {},
  ) {
    this.config = folder.config
    this.#files = folder.files
    this.#options = options
    this.#variant = preferredVariant(runtime, options)
    this.#room = options.room ?? new Room(runtime)
    const weights = (signal: AbortSignal): Promise<WeightSet> => this.#weights('vae', signal)
    this.#encoder = new VaeHalf('encoder', folder.vae, runtime, weights)
    this.#decoder = new VaeHalf('decoder', folder.vae, runtime, weights)
  }

  /** From now on reads files of the same content that are somewhere else, or were written again. */
  readFrom(files: CheckpointFiles): void {
    this.#files = laidOut(files)
  }

  async encode(image: Tensor, signal: AbortSignal): Promise<Tensor> {
    const [batch, channels, height, width] = nchw(image)
    const { factor } = this.config
    if (channels !== this.folder.vae.inChannels || height % factor !== 0 || width % factor !== 0) {
      const wanted = `[batch, ${this.folder.vae.inChannels}, height, width] with sides that are multiples of ${factor}`
      throw new AppError('checkpoint/wrong-input', `The VAE takes ${wanted}, not [${image.dims.join(', ')}].`)
    }
    const size = { batch, height: height / factor, width: width / factor }
    await this.#room.admit(this.#identified, 'encoder', size, signal, () => this.#encoder.close())
    return this.#encoder.run(image, signal)
  }

  async denoise(image: Tensor, noisy: Tensor, timestep: number, signal: AbortSignal): Promise<Tensor> {
    const { channels, flipSinToCos, frequencyShift } = this.folder.unet
    const [batch, , height, latentWidth] = nchw(noisy)
    const size = { batch, height, width: latentWidth }
    await this.#room.admit(this.#identified, 'unet', size, signal, () => this.#closeUnet())
    const session = await this.#session(size, signal)
    const width = channels[0] ?? 0
    const embedding = timestepEmbedding(timestep, width, flipSinToCos, frequencyShift)
    const time = this.runtime.backend.upload(embedding, [1, width])
    try {
      const [prediction] = Object.values(await session.run({ image_latent: image, noisy_latent: noisy, time }))
      if (!prediction) throw new AppError('onnx/run', 'The model gave no result.')
      return prediction
    } finally {
      time.release()
    }
  }

  async decode(latent: Tensor, signal: AbortSignal): Promise<Tensor> {
    const [batch, , height, width] = nchw(latent)
    await this.#room.admit(this.#identified, 'decoder', { batch, height, width }, signal, () => this.#decoder.close())
    return this.#decoder.run(latent, signal)
  }

  atOnce(
    part: 'unet' | 'decoder',
    { height, width }: Pick<LatentSize, 'height' | 'width'>,
    most: number,
    signal: AbortSignal,
  ): Promise<number> {
    const { runtime } = this
    const key = `${part} ${height} ${width} ${most} ${runtime.capacity.memory}`
    return remember(this.#rooms, key, () =>
      roomFor(this.folder, this.#files, runtime, part, { batch: most, height, width }, signal),
    )
  }

  /** Begins to fetch all weights where they come from afar. What fails is tried again, and told, when it is used. */
  prefetch(signal: AbortSignal): void {
    const components = this.config.model === null ? (['vae'] as const) : (['vae', 'text_encoder', 'unet'] as const)
    for (const component of components) this.#weights(component, signal).catch(() => undefined)
  }

  get #identified(): Identified {
    return { id: this.id, folder: this.folder, files: this.#files }
  }

  /** Frees the sessions. The checkpoint makes new ones when it is used again. */
  async close(): Promise<void> {
    this.#room.released(this.id)
    await Promise.all([this.#encoder.close(), this.#decoder.close(), this.#closeUnet()])
  }

  async #closeUnet(): Promise<void> {
    const unets = [...this.#unets.values()]
    this.#unets.clear()
    for (const unet of unets) await (await unet.catch(() => undefined))?.release()
  }

  async #session(size: LatentSize, signal: AbortSignal): Promise<OnnxSession> {
    signal.throwIfAborted()
    const fits = unetUnfolds(this.folder.unet, size, memoryDevice(this.runtime))
    // One that does not unfold stays for small pictures too: uploading the weights again would take longer.
    const unfold = fits && !this.#unets.has(false)
    if (this.#unets.has(!unfold)) await this.#closeUnet()
    const made = await remember(this.#unets, unfold, async () => {
      const weights = await this.#weights('unet', signal)
      return createSession(this.runtime, await this.#unet(weights, unfold, signal), weights, signal)
    })
    signal.throwIfAborted()
    return made
  }

  async #unet(weights: WeightSet, unfold: boolean, signal: AbortSignal): Promise<BuiltGraph> {
    const { unet } = this.folder
    const text = await this.#text(signal)
    const foldable = this.#options.fold !== false && text.length === 2 * unet.crossAttentionDim
    const shelf = this.#options.prompts
    const folded = foldable ? await keptFold(shelf, this.id, unet, weights, text, signal) : undefined
    return unetGraph(unet, weights, {
      text,
      ...this.#precision(weights),
      target: this.#target,
      unfold,
      ...(folded && { folded }),
    })
  }

  #text(signal: AbortSignal): Promise<Float32Array> {
    const { unet } = this.folder
    const { runtime } = this
    return remember(this.#texts, this.#variant, () =>
      keptEmptyPrompt(this.#options.prompts, this.#files, runtime, unet.crossAttentionDim, this.#variant, signal),
    )
  }

  #weights(component: Component, signal: AbortSignal): Promise<WeightSet> {
    return openWeights(this.#files, component, { prefer: this.#variant, signal })
  }

  get #target(): 'wasm' | 'webgpu' {
    return this.runtime.backend.kind === 'webgpu' ? 'webgpu' : 'wasm'
  }

  #precision(weights: WeightSet): Precision {
    const { precision } = this.#options
    if (precision === undefined) return precisionFor(this.runtime, weights)
    return { compute: this.runtime.half ? precision : 'f32' }
  }
}
