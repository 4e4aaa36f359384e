import type { Hub } from './hub.ts'
import type { PublishedPrompt } from './published-prompt.ts'
import { readRepository, type HubFile, type Repository } from './repository.ts'

/** What the empty prompt is computed from; configs are rewritten by whoever saves a model, and say what its weights are. */
const DECIDES = /^(?:text_encoder\/model.*\.safetensors|tokenizer\/(?:vocab|special_tokens_map)\.json)$/

/**
 * The one of `known` that is by the text encoder of a repository, so that it need not be downloaded: the Hub lists its
 * weights and its vocabulary with the hashes of a repository that is known to have it. Undefined when none is, and when
 * the Hub does not say. Errors: the signal's reason.
 */
export async function promptOf(
  hub: Hub,
  { files }: Repository,
  known: readonly PublishedPrompt[],
  signal: AbortSignal,
): Promise<PublishedPrompt | undefined> {
  const own = deciding(files)
  if (own.size === 0) return undefined
  for (const prompt of known) {
    const other = await readRepository(hub, prompt.repository, 'main', signal).catch(() => undefined)
    signal.throwIfAborted()
    if (other !== undefined && same(own, deciding(other.files))) return prompt
  }
  return undefined
}

const deciding = (files: readonly HubFile[]): ReadonlyMap<string, string> =>
  new Map(files.filter(({ path }) => DECIDES.test(path)).map(({ path, hash }) => [path, hash.hex]))

/** Each may have a precision that the other lacks, but not the vocabulary alone in common. */
function same(own: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  const common = [...own].filter(([path]) => other.has(path))
  const weights = common.some(([path]) => path.startsWith('text_encoder/'))
  return (
    weights &&
    common.some(([path]) => path === 'tokenizer/vocab.json') &&
    common.every(([path, hex]) => other.get(path) === hex)
  )
}
