import { hash128 } from '../../src/base/hash.ts'
import { keepNumbers, readNumbers } from '../../src/weights/hub/kept-numbers.ts'
import type { WeightStorage } from '../../src/weights/hub/storage.ts'
import type { WeightSet } from '../../src/weights/tensors.ts'
import type { FoldedPrompt } from '../architectures/prompt-fold.ts'
import { crossAttentions, foldCrossAttentions } from '../architectures/unet-2d-condition.ts'
import type { UnetConfig } from '../architectures/unet-config.ts'
import type { PromptShelf } from './kept-prompt.ts'

const FOLDER = 'folds'

/** Checkpoints of which they are kept, 1.6 MB each for Stable Diffusion 2; beyond, some go when another comes. */
const MOST = 16

/**
 * The cross-attentions of a U-Net folded for `text`, as `foldCrossAttentions` gives them: computed once and kept, so that
 * the next visit neither reads their matrices (a twelfth of the U-Net) nor multiplies them. `unet` names the content of
 * the weights. Of small U-Nets nothing is kept, and a shelf that cannot be read or written is done without.
 */
export async function keptFold(
  shelf: PromptShelf | undefined,
  unet: string,
  config: UnetConfig,
  weights: WeightSet,
  text: Float32Array,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FoldedPrompt>> {
  const compute = (): Promise<ReadonlyMap<string, FoldedPrompt>> => foldCrossAttentions(config, weights, text, signal)
  const layout = crossAttentions(config, weights.names).map((attention) => {
    const [channels = 0] = weights.get(`${attention.prefix}.to_out.0.bias`).shape
    return { ...attention, channels }
  })
  if (shelf === undefined || bytesOf(weights) < shelf.fromBytes) return compute()
  const name = hash128(`${unet} ${new Uint32Array(text.slice().buffer).join()}`)
  const kept = await readNumbers(shelf.storage, `${FOLDER}/${name}`).catch(() => undefined)
  const unpacked = kept && unpack(kept, layout)
  if (unpacked !== undefined) return unpacked
  const computed = await compute()
  await keep(shelf.storage, name, pack(computed)).catch(() => undefined)
  return computed
}

interface Folded {
  readonly prefix: string
  readonly heads: number
  readonly channels: number
}

const bytesOf = (weights: WeightSet): number =>
  weights.names.reduce((sum, name) => {
    const { begin, end } = weights.get(name)
    return sum + end - begin
  }, 0)

async function keep(storage: WeightStorage, name: string, values: Float32Array): Promise<void> {
  await keepNumbers(storage, `${FOLDER}/${name}`, values)
  const others = (await storage.list(FOLDER)).filter((other) => other !== name)
  for (const other of others.slice(MOST - 1)) await storage.remove(`${FOLDER}/${other}`)
}

/** One after the other, as `crossAttentions` lists them. */
function pack(folded: ReadonlyMap<string, FoldedPrompt>): Float32Array {
  const parts = [...folded.values()].flatMap(({ direction, difference, base }) => [direction, difference, base])
  const packed = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    packed.set(part, at)
    at += part.length
  }
  return packed
}

/** Undefined when it is not of this layout. */
function unpack(packed: Float32Array, layout: readonly Folded[]): ReadonlyMap<string, FoldedPrompt> | undefined {
  let at = 0
  const take = (count: number): Float32Array => packed.slice(at, (at += count))
  const folded = new Map<string, FoldedPrompt>()
  for (const { prefix, heads, channels } of layout) {
    const [direction, difference] = [take(heads * channels), take(channels * heads)]
    folded.set(prefix, { direction, difference, base: take(channels) })
  }
  return at === packed.length ? folded : undefined
}
