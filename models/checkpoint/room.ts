import { byteText } from '../../src/base/byte-text.ts'
import { AppError, type ErrorDetails } from '../../src/base/errors.ts'
import { remember } from '../../src/base/remember.ts'
import type { Held } from '../../src/onnx/runtime.ts'
import type { CheckpointFiles } from '../../src/weights/files.ts'
import type { LatentSize } from '../architectures/strip-plan.ts'
import type { Part } from './checkpoint.ts'
import type { CheckpointFolder } from './folder.ts'
import { forecastPart, lacksHalf, memoryDevice, type PartMemory } from './memory.ts'

/** A checkpoint by its content id, and where its weights are now. */
export interface Identified {
  readonly id: string
  readonly folder: CheckpointFolder
  readonly files: CheckpointFiles
}

/** What a checkpoint takes for a size. */
export interface CheckpointNeed {
  /** Bytes of all of its models, and of what the one that needs most for it computes. */
  readonly total: number
  /** Why one of them could not run: `onnx/too-large`, with a size at which all of them do. */
  readonly refusal: AppError | undefined
}

export const PARTS: readonly Part[] = ['encoder', 'unet', 'decoder']

const NAMES: Readonly<Record<Part, string>> = { unet: 'U-Net', encoder: 'VAE encoder', decoder: 'VAE decoder' }

/** Forecasts that are remembered: of sizes that somebody tried. */
const REMEMBERED = 200

/**
 * The memory of one runtime: what its models take, by forecast, and which of them are there. Every one that runs is seen to
 * have room beside all that are loaded; where it has not, others are freed, those first that were not used for longest.
 */
export class Room {
  readonly #forecasts = new Map<string, Promise<PartMemory>>()
  /** What is loaded, least recently used first. */
  readonly #loaded = new Map<string, { weights(): Promise<number>; free(): Promise<void> }>()

  constructor(readonly runtime: Held) {}

  /**
   * Before a part runs for latents of a size. `free` frees its session, which is made again when it is used again.
   * Throws `onnx/too-large` where it could not run alone, with a size at which all parts of the checkpoint can.
   */
  async admit(
    of: Identified,
    part: Part,
    size: LatentSize,
    signal: AbortSignal,
    free: () => Promise<void>,
  ): Promise<void> {
    const own = nameOf(of.id, part)
    this.#loaded.delete(own)
    // Where nobody says how much there is, nothing would be done about it.
    if (this.runtime.capacity.memory < Infinity) await this.#makeRoom(of, part, size, signal)
    this.#loaded.set(own, { weights: () => this.#weights(of, part, size, signal), free })
  }

  async #makeRoom(of: Identified, part: Part, size: LatentSize, signal: AbortSignal): Promise<void> {
    const need = await this.#forecast(of, part, size, signal)
    const tooMuch = this.#tooMuch(part, need, of, size)
    if (tooMuch !== undefined) throw await this.#refusal(tooMuch, of, size, signal)
    const others = [...this.#loaded]
    const weights = await Promise.all(others.map(([, other]) => other.weights()))
    let all = weights.reduce((sum, bytes) => sum + bytes, need.weights + need.activations)
    for (const [i, [name, other]] of others.entries()) {
      if (all <= this.runtime.capacity.memory) break
      this.#loaded.delete(name)
      await other.free()
      all -= weights[i] ?? 0
    }
  }

  /** The sessions of a checkpoint are gone. */
  released(id: string): void {
    for (const part of PARTS) this.#loaded.delete(nameOf(id, part))
  }

  /** What all parts of a checkpoint would take. Errors: those of reading the headers of its weights. */
  async need(of: Identified, size: LatentSize, signal: AbortSignal): Promise<CheckpointNeed> {
    const parts = await this.#parts(of, size, signal)
    const activations = Math.max(...parts.map(([, need]) => need.activations))
    const total = parts.reduce((sum, [, { weights }]) => sum + weights, activations)
    const [tooMuch] = parts.flatMap(([part, need]) => this.#tooMuch(part, need, of, size) ?? [])
    return { total, refusal: tooMuch === undefined ? undefined : await this.#refusal(tooMuch, of, size, signal) }
  }

  async #weights(of: Identified, part: Part, size: LatentSize, signal: AbortSignal): Promise<number> {
    return (await this.#forecast(of, part, size, signal)).weights
  }

  /** In the order of need, most first. */
  async #parts(
    of: Identified,
    size: LatentSize,
    signal: AbortSignal,
  ): Promise<readonly (readonly [Part, PartMemory])[]> {
    const all: (readonly [Part, PartMemory])[] = []
    for (const part of PARTS) all.push([part, await this.#forecast(of, part, size, signal)])
    return all.sort(([, a], [, b]) => b.weights + b.activations - a.weights - a.activations)
  }

  #forecast({ id, folder, files }: Identified, part: Part, size: LatentSize, signal: AbortSignal): Promise<PartMemory> {
    const device = memoryDevice(this.runtime)
    if (this.#forecasts.size > REMEMBERED) this.#forecasts.clear()
    return remember(this.#forecasts, `${nameOf(id, part)} ${JSON.stringify(size)} ${JSON.stringify(device)}`, () =>
      forecastPart(folder, files, part, device, size, signal),
    )
  }

  get #onWasm(): boolean {
    return this.runtime.backend.kind === 'cpu'
  }

  #fits({ weights, activations, countable }: PartMemory): boolean {
    const { capacity } = this.runtime
    return countable && weights <= capacity.weights && weights + activations <= capacity.memory
  }

  /** What is wrong with a part; undefined where it may run. */
  #tooMuch(part: Part, need: PartMemory, { folder }: Identified, { height, width }: LatentSize): string | undefined {
    if (this.#fits(need)) return undefined
    const { weights, memory } = this.runtime.capacity
    if (need.weights > weights) {
      return `The weights of the ${NAMES[part]} need ${byteText(need.weights)}; one model may have ${byteText(weights)} of them here.`
    }
    const { factor } = folder.config
    const at = `${width * factor} × ${height * factor} px`
    if (!need.countable) return `${at} are too many pixels for the ${NAMES[part]} on WebAssembly.`
    return `The ${NAMES[part]} needs about ${byteText(need.weights + need.activations)} at ${at}; models may take ${byteText(memory)} here.`
  }

  async #refusal(message: string, of: Identified, size: LatentSize, signal: AbortSignal): Promise<AppError> {
    return new AppError('onnx/too-large', message, await this.#advice(of, size, signal))
  }

  /** What helps all parts of the checkpoint, so that another is not refused afterwards. */
  async #advice(
    of: Identified,
    { batch, height, width }: LatentSize,
    signal: AbortSignal,
  ): Promise<Pick<ErrorDetails, 'fix' | 'remedies'>> {
    const scaled = (percent: number): LatentSize => ({
      batch: 1,
      height: Math.max(1, Math.floor((height * percent) / 100)),
      width: Math.max(1, Math.floor((width * percent) / 100)),
    })
    const fit = async (percent: number): Promise<boolean> =>
      (await this.#parts(of, scaled(percent), signal)).every(([, need]) => this.#fits(need))
    if (batch > 1 && (await fit(100))) {
      return { fix: 'Set the batch size to 1.', remedies: [{ do: 'set', param: 'batch_size', value: 1 }] }
    }
    // The largest in steps of 5 %, halving what is left: each try builds the graphs.
    let [fitting, tooLarge] = [0, 20]
    while (tooLarge - fitting > 1) {
      const middle = (fitting + tooLarge) >> 1
      if (await fit(5 * middle)) fitting = middle
      else tooLarge = middle
    }
    if (fitting < 2) return { fix: await this.#lighter(of, signal) }
    const { factor } = of.folder.config
    const most = scaled(5 * fitting)
    const alone = batch > 1 ? ' and a batch size of 1' : ''
    return {
      fix: `Use at most ${most.width * factor} × ${most.height * factor} px${alone}: Fit to Resolution sets it.`,
      remedies: [{ do: 'lower', param: 'resolution', by: (5 * fitting) / 100 }],
    }
  }

  /** What to do where no resolution helps. */
  async #lighter({ folder, files }: Identified, signal: AbortSignal): Promise<string> {
    if (this.#onWasm) return 'Use a graphics card (WebGPU), or a smaller checkpoint.'
    return (await lacksHalf(folder, files, this.runtime, signal))
      ? 'Use its files in half precision (fp16), which take half of it, or a smaller checkpoint.'
      : 'Use a smaller checkpoint.'
  }
}

const nameOf = (id: string, part: Part): string => `${id} ${part}`
