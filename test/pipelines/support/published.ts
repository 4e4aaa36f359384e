import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Mt19937 } from '../../../src/base/rng/mt19937.ts'
import { memoryFiles, type CheckpointFiles } from '../../../src/weights/files.ts'
import { nodeFolder } from '../../../src/weights/node-folder.ts'
import { FIXTURES, fixtureJson } from '../../support/fixtures.ts'

/** Weights as the draws that torch made of them, in order (test/reference/published.py, `recipe_of`). */
interface Recipe {
  readonly seed: number
  readonly uniform: readonly { readonly name: string; readonly shape: readonly number[]; readonly bound: number }[]
  readonly constant: readonly { readonly name: string; readonly shape: readonly number[]; readonly value: number }[]
}

const count = (shape: readonly number[]): number => shape.reduce((product, d) => product * d, 1)

/**
 * torch's `uniform_(-bound, bound)` on the CPU: u·(b − a) + a with u of 24 bits; b − a is rounded to float32, product and
 * sum are fused.
 */
function uniform(twister: Mt19937, n: number, bound: number): Float32Array {
  const a = Math.fround(-bound)
  const width = Math.fround(Math.fround(bound) - a)
  return Float32Array.from({ length: n }, () => (twister.uint32() & 0xffffff) * 2 ** -24 * width + a)
}

/** A safetensors file of a recipe. */
function restore({ seed, uniform: drawn, constant }: Recipe): Uint8Array {
  const twister = new Mt19937(seed)
  const tensors = [
    ...drawn.map(({ name, shape, bound }) => ({ name, shape, data: uniform(twister, count(shape), bound) })),
    ...constant.map(({ name, shape, value }) => ({ name, shape, data: new Float32Array(count(shape)).fill(value) })),
  ]
  let end = 0
  const entries = tensors.map(({ name, shape, data }) => {
    const begin = end
    end += data.byteLength
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }] as const
  })
  const json = JSON.stringify(Object.fromEntries(entries))
  const header = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8))
  const file = new Uint8Array(8 + header.length + end)
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true)
  file.set(header, 8)
  tensors.forEach(({ data }, i) => {
    file.set(new Uint8Array(data.buffer), 8 + header.length + (entries[i]?.[1].data_offsets[0] ?? 0))
  })
  return file
}

/** The checkpoint of diffusers' own Marigold depth tests (`get_dummy_components`). */
export async function publishedCheckpoint(): Promise<CheckpointFiles> {
  const root = join(FIXTURES, 'published')
  const contents = new Map<string, Uint8Array>()
  for (const path of (await nodeFolder(root)).sizes.keys()) {
    if (path.includes('/')) contents.set(path, new Uint8Array(await readFile(join(root, path))))
  }
  for (const part of ['unet', 'vae']) {
    const recipe = await fixtureJson<Recipe>(`published/${part}/weights.recipe.json`)
    contents.set(`${part}/diffusion_pytorch_model.safetensors`, restore(recipe))
  }
  const index = { _class_name: 'MarigoldDepthPipeline', prediction_type: 'depth' }
  contents.set('model_index.json', new TextEncoder().encode(JSON.stringify(index)))
  return memoryFiles('published', contents)
}
