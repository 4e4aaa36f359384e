import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Mt19937 } from '../../../src/base/rng/mt19937.ts'
import { count } from '../../../src/tensor/tensor.ts'
import { memoryFiles, type CheckpointFiles } from '../../../src/weights/files.ts'
import { nodeFolder } from '../../../src/weights/node-folder.ts'
import { FIXTURES, fixtureJson } from '../../support/fixtures.ts'
import { f32, safetensors } from '../../weights/files-made-here.ts'

/** Weights as the draws that torch made of them, in order (test/reference/published.py, `recipe_of`). */
export interface Recipe {
  readonly seed: number
  readonly uniform: readonly { readonly name: string; readonly shape: readonly number[]; readonly bound: number }[]
  readonly constant: readonly { readonly name: string; readonly shape: readonly number[]; readonly value: number }[]
}

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
export function restore({ seed, uniform: drawn, constant }: Recipe): Uint8Array {
  const twister = new Mt19937(seed)
  const tensors = [
    ...drawn.map(({ name, shape, bound }) => [name, f32(shape, uniform(twister, count(shape), bound))] as const),
    ...constant.map(
      ({ name, shape, value }) => [name, f32(shape, new Float32Array(count(shape)).fill(value))] as const,
    ),
  ]
  return safetensors(Object.fromEntries(tensors))
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
