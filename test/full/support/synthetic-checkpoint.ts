import { cp, mkdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../../src/app/build/ensure-built.mjs'
import { STEM, type Component } from '../../../src/weights/tensors.ts'
import { FIXTURES, fixtureJson } from '../../support/fixtures.ts'
import { writeSyntheticWeights, type TensorShapes } from './synthetic-weights.ts'

/** test/fixtures/full/expected.json: what torch made of the same weights. */
export interface FullExpected {
  readonly timestep: number
  /** SHA-256 of all values of a component. */
  readonly sha256: Readonly<Record<Component, string>>
}

const NEEDED = 2.2e9
const COMPONENTS: readonly Component[] = ['unet', 'vae', 'text_encoder']

/**
 * A folder laid out as the Hub lays out prs-eth/marigold-depth-v1-1 in half precision, with all of its tensors and seeded
 * values: written once (1.9 GB, half a minute) to .cache/synthetic-full, which git ignores. Throws when the values are not
 * those that torch was given.
 */
export async function syntheticCheckpoint(): Promise<string> {
  const folder = join(ROOT, '.cache/synthetic-full')
  const expected = await fixtureJson<FullExpected>('full/expected.json')
  const shapes = await fixtureJson<Readonly<Record<Component, TensorShapes>>>('full/tensors.json')
  await mkdir(folder, { recursive: true })
  const { bavail, bsize } = await statfs(folder)
  for (const path of ['model_index.json', 'scheduler', 'unet', 'vae', 'text_encoder']) {
    await cp(join(FIXTURES, 'full', path), join(folder, path), { recursive: true })
  }
  for (const component of COMPONENTS) {
    // The hash is part of a name beside it, so that weights of an older recipe are not taken for these.
    const hash = expected.sha256[component]
    const path = join(folder, component, `${STEM[component]}.fp16.safetensors`)
    const seal = join(folder, component, `.${hash}`)
    if (await exists(seal)) continue
    if (bavail * bsize < NEEDED) throw new Error(`The full-size checkpoint needs 2.2 GB in ${folder}.`)
    await rm(path, { force: true })
    const made = await writeSyntheticWeights(`${path}.part`, shapes[component])
    if (made !== hash) throw new Error(`The ${component} has values with the hash ${made}; torch was given ${hash}.`)
    await rename(`${path}.part`, path)
    await mkdir(seal)
  }
  return folder
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
