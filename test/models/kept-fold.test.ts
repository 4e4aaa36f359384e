import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readUnetConfig } from '../../models/architectures/unet-config.ts'
import { foldCrossAttentions } from '../../models/architectures/unet-2d-condition.ts'
import { keptFold } from '../../models/checkpoint/kept-fold.ts'
import { promptShelf, type PromptShelf } from '../../models/checkpoint/kept-prompt.ts'
import { diskStorage } from '../../src/weights/hub/disk-storage.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { openWeights, type WeightSet } from '../../src/weights/tensors.ts'
import { FIXTURES, fixtureJson } from '../support/fixtures.ts'

const { signal } = new AbortController()
const config = readUnetConfig(await fixtureJson('checkpoints/tiny-lcm/unet/config.json'))
const text = Float32Array.from({ length: 2 * config.crossAttentionDim }, (_, i) => Math.sin(i))

let folder: string
let weights: WeightSet
/** Tensors that were read. */
let read: string[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folds-'))
  read = []
  weights = await openWeights(await nodeFolder(join(FIXTURES, 'checkpoints/tiny-lcm')), 'unet')
  const f32 = weights.f32.bind(weights)
  weights.f32 = (name) => {
    read.push(name)
    return f32(name)
  }
})
afterEach(() => rm(folder, { recursive: true }))

const shelf = (changed: Partial<PromptShelf> = {}): PromptShelf => ({
  ...promptShelf(diskStorage(folder)),
  fromBytes: 0,
  ...changed,
})
const fold = (unet = 'content', prompt = text, on: PromptShelf | undefined = shelf()) =>
  keptFold(on, unet, config, weights, prompt, signal)
const files = async (): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.f32'))

describe('what is folded of the empty prompt', () => {
  it('is computed once for the same weights and prompt, and equal to the bit when it comes back', async () => {
    const expected = await foldCrossAttentions(config, weights, text)
    expect(expected.size).toBeGreaterThan(1)
    expect(await fold()).toEqual(expected)
    expect(read).not.toEqual([])
    read.length = 0
    expect(await fold()).toEqual(expected)
    expect(read).toEqual([])
    expect(await files()).toHaveLength(1)
  })

  it('is another for other weights and for another prompt', async () => {
    const first = await fold()
    expect(
      await fold(
        'content',
        text.map((value) => -value),
      ),
    ).not.toEqual(first)
    await fold('other')
    expect(await files()).toHaveLength(3)
  })

  it('is computed again when what was kept is damaged', async () => {
    const first = await fold()
    const [path = ''] = await files()
    const bytes = await readFile(join(folder, path))
    bytes[5] = (bytes[5] ?? 0) ^ 1
    await writeFile(join(folder, path), bytes)
    expect(await fold()).toEqual(first)
    read.length = 0
    expect(await fold()).toEqual(first)
    expect(read).toEqual([])
  })

  it('of more than sixteen checkpoints is not kept', async () => {
    for (let i = 0; i < 18; i++) await fold(`content ${i}`)
    expect(await files()).toHaveLength(16)
    read.length = 0
    await fold('content 17')
    expect(read).toEqual([])
  })

  it('of a small U-Net is not kept, and a shelf that is broken is done without', async () => {
    await fold('content', text, promptShelf(diskStorage(folder)))
    expect(await files()).toEqual([])
    const failing = () => Promise.reject(new Error())
    const broken = { ...diskStorage(folder), list: failing, open: failing }
    const expected = await foldCrossAttentions(config, weights, text)
    expect(await fold('content', text, shelf({ storage: broken }))).toEqual(expected)
    expect(await fold('content', text, undefined)).toEqual(expected)
  })
})
