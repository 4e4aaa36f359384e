import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import type { CheckpointFiles } from '../../src/weights/files.ts'
import { keepNumbers, promptFolder, readNumbers } from '../../src/weights/hub/kept-numbers.ts'
import type { PublishedPrompt } from '../../src/weights/hub/published-prompt.ts'
import type { WeightStorage } from '../../src/weights/hub/storage.ts'
import type { Variant } from '../../src/weights/tensors.ts'
import { publishedPrompts } from '../catalogue.ts'
import { emptyPrompt } from './empty-prompt.ts'
import { encoderId, hasTextEncoder } from './folder.ts'

/** Empty prompts, and what is computed of them, that outlive the program, beside the downloads. */
export interface PromptShelf {
  readonly storage: WeightStorage
  /** Those that a download may have brought in place of a text encoder. */
  readonly published: readonly PublishedPrompt[]
  /** What models of fewer bytes give is not kept: it is computed sooner than looked up. */
  readonly fromBytes: number
}

export const promptShelf = (storage: WeightStorage): PromptShelf => ({
  storage,
  published: publishedPrompts,
  fromBytes: 16 * 2 ** 20,
})

/**
 * The embedding of the empty prompt, [2, dim], by the checkpoint's own text encoder: run once, then kept for every
 * checkpoint with the same one. Without a text encoder it is the published one for U-Nets that take `dim` numbers, where
 * a download has brought it. A shelf that cannot be read or written is done without. Errors: those of `emptyPrompt`.
 */
export async function keptEmptyPrompt(
  shelf: PromptShelf | undefined,
  files: CheckpointFiles,
  runtime: OnnxRuntime,
  dim: number,
  variant: Variant,
  signal: AbortSignal,
): Promise<Float32Array> {
  const compute = (): Promise<Float32Array> => emptyPrompt(files, runtime, dim, variant, signal)
  if (shelf === undefined) return compute()
  const encoder = await encoderOf(files, shelf, dim, variant, signal)
  if (encoder === undefined) return compute()
  const kept = await readNumbers(shelf.storage, promptFolder(encoder)).catch(() => undefined)
  if (kept?.length === 2 * dim) return kept
  const computed = await compute()
  await keepNumbers(shelf.storage, promptFolder(encoder), computed).catch(() => undefined)
  return computed
}

/** The name under which its empty prompt is kept; undefined where none is. */
async function encoderOf(
  files: CheckpointFiles,
  { published, fromBytes }: PromptShelf,
  dim: number,
  variant: Variant,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!hasTextEncoder(files)) return published.find(({ numbers }) => numbers.dim === dim)?.encoder
  const bytes = [...files.sizes].reduce((sum, [path, size]) => sum + (path.startsWith('text_encoder/') ? size : 0), 0)
  return bytes < fromBytes ? undefined : encoderId(files, variant, signal)
}
