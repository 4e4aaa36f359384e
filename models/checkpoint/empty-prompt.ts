import { AppError } from '../../src/base/errors.ts'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import { createSession } from '../../src/onnx/create.ts'
import { readJson, type CheckpointFiles } from '../../src/weights/files.ts'
import { openWeights, type Variant } from '../../src/weights/tensors.ts'
import { clipTextGraph, readClipTextConfig, type ClipTextConfig } from '../architectures/clip-text.ts'
import { hasTextEncoder } from './folder.ts'

/**
 * The embedding of the empty prompt, [tokens, dim]: what the pipeline computes with `tokenizer("", padding="do_not_pad")`
 * and the text encoder, [bos, eos] and nothing between. Runs the encoder once; its weights are freed afterwards.
 * Errors: `checkpoint/no-text-encoder`, `checkpoint/missing-file`, `checkpoint/unsupported`.
 */
export async function emptyPrompt(
  files: CheckpointFiles,
  runtime: OnnxRuntime,
  dim: number,
  variant: Variant,
  signal: AbortSignal,
): Promise<Float32Array> {
  if (!hasTextEncoder(files)) {
    const message = `${files.name} has no text encoder, with which the embedding of the empty prompt is computed.`
    throw new AppError('checkpoint/no-text-encoder', message, {
      fix: 'Copy the folders text_encoder and tokenizer of this checkpoint from the Hugging Face Hub into it, or download a checkpoint of the catalogue: its empty prompt serves all that are made of Stable Diffusion 2.',
    })
  }
  const config = readClipTextConfig(await readJson(files, 'text_encoder/config.json', signal))
  if (config.hidden !== dim) {
    const message = `The text encoder gives ${config.hidden} numbers per token; the U-Net takes ${dim}.`
    throw new AppError('checkpoint/unsupported', message, { fix: 'Check that the parts belong to one checkpoint.' })
  }
  const tokens = await emptyPromptTokens(files, config, signal)
  return encodeTokens(files, runtime, config, tokens, variant, signal)
}

/** last_hidden_state of the text encoder for these token ids, [tokens.length, hidden]. */
export async function encodeTokens(
  files: CheckpointFiles,
  runtime: OnnxRuntime,
  config: ClipTextConfig,
  tokens: readonly number[],
  variant: Variant,
  signal: AbortSignal,
): Promise<Float32Array> {
  const weights = await openWeights(files, 'text_encoder', { prefer: variant, signal })
  const session = await createSession(runtime, clipTextGraph(config, weights, tokens), weights, signal)
  const one = runtime.backend.upload(Float32Array.of(1), [1])
  try {
    const { last_hidden_state: state } = await session.run({ one })
    if (!state) throw new AppError('onnx/run', 'The text encoder gave no result.')
    try {
      return await runtime.backend.read(state)
    } finally {
      state.release()
    }
  } finally {
    one.release()
    await session.release()
  }
}

/** [bos, eos] of the tokenizer. text_encoder/config.json also has them, but Stable Diffusion's gives wrong ones. */
export async function emptyPromptTokens(
  files: CheckpointFiles,
  config: ClipTextConfig,
  signal: AbortSignal,
): Promise<readonly [number, number]> {
  if (!files.sizes.has('tokenizer/vocab.json')) {
    const clip = config.vocabulary === 49408
    return clip ? [49406, 49407] : [config.bosToken, config.eosToken]
  }
  const vocabulary = await readJson(files, 'tokenizer/vocab.json', signal)
  const special = files.sizes.has('tokenizer/special_tokens_map.json')
    ? await readJson(files, 'tokenizer/special_tokens_map.json', signal)
    : {}
  const id = (key: string, usual: string): number => {
    const token = tokenText(special[key]) ?? usual
    const found = vocabulary[token]
    if (typeof found === 'number' && Number.isInteger(found) && found >= 0 && found < config.vocabulary) return found
    throw new AppError('checkpoint/unsupported', `tokenizer/vocab.json has no usable id for ${token}.`, {
      fix: 'Use the tokenizer that came with the checkpoint.',
    })
  }
  return [id('bos_token', '<|startoftext|>'), id('eos_token', '<|endoftext|>')]
}

/** A special token is written as a string, or as an object with its text. */
function tokenText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || !('content' in value)) return undefined
  return typeof value.content === 'string' ? value.content : undefined
}
