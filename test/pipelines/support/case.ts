import { join } from 'node:path'
import { readFile } from 'node:fs/promises'
import type { JsonObject } from '../../../src/base/json.ts'
import type { Dims } from '../../../src/tensor/tensor.ts'
import type { CheckpointFiles } from '../../../src/weights/files.ts'
import { missing } from '../../../src/weights/files.ts'
import { nodeFolder } from '../../../src/weights/node-folder.ts'
import { readSafetensorsHeader } from '../../../src/weights/safetensors.ts'
import { bytesSource } from '../../../src/weights/source.ts'
import { FIXTURES } from '../../support/fixtures.ts'

/** The arguments of one call of diffusers' MarigoldDepthPipeline, or of the pipeline of `modality`. */
export interface PipelineCall {
  readonly name: string
  readonly modality?: 'normals' | 'appearance' | 'lighting'
  readonly generator:
    | { readonly kind: 'torch-cpu'; readonly seed: number }
    | { readonly kind: 'zeros' }
    | { readonly kind: 'given'; readonly tensor: string }
  readonly num_inference_steps: number | null
  readonly processing_resolution: number | null
  readonly ensemble_size: number
  readonly batch_size: number
  readonly match_input_resolution: boolean
  readonly resample_method_input: string
  readonly resample_method_output: string
  readonly ensembling: JsonObject
  /** Of depth. */
  readonly shift_invariant?: boolean
  /** Another VAE's folder under test/fixtures in place of either half of the checkpoint's own. */
  readonly encoder?: string | null
  readonly decoder?: string | null
}

/** A call as test/reference/pipelines.py, halves.py, normals.py or intrinsics.py wrote it down, with its results. */
export interface Case extends PipelineCall {
  readonly checkpoint: string
  readonly components: Readonly<Record<string, string>>
  readonly image: string
  /** diffusers' file variant: "fp16". */
  readonly variant: string | null
  /** Of all batches, one after the other. */
  readonly timesteps: readonly number[]
  readonly padding: readonly [height: number, width: number]
  readonly latent_size: readonly [height: number, width: number]
  readonly original_resolution: readonly [height: number, width: number]
  readonly tensors: string
}

/** The checkpoint folder of a case: each component may come from another fixture. */
export async function checkpointOf({ checkpoint, components }: Case): Promise<CheckpointFiles> {
  const folders = new Map<string, CheckpointFiles>()
  const places = new Map<string, { readonly files: CheckpointFiles; readonly path: string }>()
  const add = async (folder: string, prefix: string, keep: (path: string) => boolean): Promise<void> => {
    const files = folders.get(folder) ?? (await nodeFolder(join(FIXTURES, folder)))
    folders.set(folder, files)
    for (const path of files.sizes.keys()) if (keep(path)) places.set(prefix + path, { files, path })
  }
  await add(checkpoint, '', (path) => path === 'model_index.json')
  for (const [name, folder] of Object.entries(components)) await add(folder, `${name}/`, () => true)
  return {
    name: checkpoint,
    sizes: new Map([...places].map(([path, place]) => [path, place.files.sizes.get(place.path) ?? 0])),
    open: async (path, signal) => {
      const place = places.get(path) ?? missing(checkpoint, path)
      return place.files.open(place.path, signal)
    },
  }
}

export interface RawTensor {
  readonly dims: Dims
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Tensors of a fixture as they are stored. */
export async function rawTensors(path: string): Promise<ReadonlyMap<string, RawTensor>> {
  const source = bytesSource(new Uint8Array(await readFile(join(FIXTURES, path))))
  const { tensors } = await readSafetensorsHeader(source, path)
  const entries = [...tensors].map(async ([name, { shape, begin, end }]) => {
    const bytes = new Uint8Array(await source.slice(begin, end))
    return [name, { dims: shape, bytes }] as const
  })
  return new Map(await Promise.all(entries))
}

export const floats = ({ bytes }: RawTensor): Float32Array<ArrayBuffer> => new Float32Array(bytes.buffer)
