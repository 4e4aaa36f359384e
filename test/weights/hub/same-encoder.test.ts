import { describe, expect, it } from 'vitest'
import { readRepository } from '../../../src/weights/hub/repository.ts'
import type { PublishedPrompt } from '../../../src/weights/hub/published-prompt.ts'
import { promptOf } from '../../../src/weights/hub/same-encoder.ts'
import { noise, published } from './support/checkpoint.ts'
import { bench, useBench } from './support/downloading.ts'
import { COMMIT, listed, REPOSITORY } from './support/fault-hub.ts'

useBench()

const KNOWN: PublishedPrompt = {
  encoder: 'known',
  repository: 'known/one',
  url: 'https://nowhere.invalid/empty.pt',
  bytes: 0,
  sha256: '',
  numbers: { begin: 0, tokens: 2, dim: 3, sha256: '' },
}
const { signal } = new AbortController()

/** What is found for the checkpoint when the known repository has these files beside or in place of the checkpoint's. */
async function found(changed: Readonly<Record<string, Uint8Array | undefined>>): Promise<string | undefined> {
  const files = new Map<string, Uint8Array | undefined>([...published, ...Object.entries(changed)])
  bench.server.listing = ({ url = '' }, response) => {
    if (!url.startsWith('/api/models/known/one/')) return false
    const list = [...files].flatMap(([path, content]) => (content === undefined ? [] : [listed(path, content)]))
    response.end(JSON.stringify(url.includes('/revision/') ? { id: 'known/one', sha: COMMIT } : list))
    return true
  }
  const repository = await readRepository(bench.server.hub, REPOSITORY, 'main', signal)
  return (await promptOf(bench.server.hub, repository, [KNOWN], signal))?.encoder
}

const WEIGHTS = 'text_encoder/model.fp16.safetensors'

describe('a repository given by hand', () => {
  it('has the published empty prompt when weights and vocabulary of its text encoder are those of one that is known', async () => {
    expect(await found({})).toBe('known')
    const another = { 'text_encoder/config.json': noise(9, 9), 'unet/config.json': noise(9, 9) }
    expect(await found({ ...another, 'text_encoder/model.safetensors': noise(2000, 8) })).toBe('known')
  })

  it.each([
    ['other weights', { [WEIGHTS]: noise(1000, 1 << 24) }],
    ['another vocabulary', { 'tokenizer/vocab.json': noise(9, 9) }],
    ['no file of weights in common', { [WEIGHTS]: undefined, 'text_encoder/model.safetensors': noise(2000, 8) }],
    ['no vocabulary to compare', { 'tokenizer/vocab.json': undefined }],
  ])('has it not with %s', async (_, changed) => {
    expect(await found(changed)).toBeUndefined()
  })

  it('has it not when the Hub does not answer for the known one, which is no failure', async () => {
    const repository = await readRepository(bench.server.hub, REPOSITORY, 'main', signal)
    expect(await promptOf(bench.server.hub, repository, [KNOWN], signal)).toBeUndefined()
  })
})
