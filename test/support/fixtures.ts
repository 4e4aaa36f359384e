import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { memoryFiles } from '../../src/weights/files.ts'
import { openWeights } from '../../src/weights/tensors.ts'
import type { Dims } from '../../src/tensor/tensor.ts'

export const FIXTURES = join(ROOT, 'test/fixtures')

/** Float tensors of one fixture file by name. */
export interface FixtureTensors {
  readonly names: readonly string[]
  /** float32, whatever the file holds. */
  f32(name: string): Promise<Float32Array>
  dims(name: string): Dims
}

export async function fixtureTensors(path: string): Promise<FixtureTensors> {
  const bytes = new Uint8Array(await readFile(join(FIXTURES, path)))
  const files = memoryFiles(path, new Map([['unet/diffusion_pytorch_model.safetensors', bytes]]))
  const weights = await openWeights(files, 'unet')
  return { names: weights.names, f32: (name) => weights.f32(name), dims: (name) => weights.get(name).shape }
}

export const fixtureJson = async <T>(path: string): Promise<T> =>
  JSON.parse(await readFile(join(FIXTURES, path), 'utf8')) as T

/** Largest absolute difference; infinite when a value is not a number or the lengths differ. */
export function maxAbsDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity
  let worst = 0
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] ?? NaN) - (b[i] ?? NaN))
    if (!(difference <= worst)) worst = Number.isNaN(difference) ? Infinity : difference
  }
  return worst
}
