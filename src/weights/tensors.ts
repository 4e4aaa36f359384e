import { AppError } from '../base/errors.ts'
import type { Dims } from '../tensor/tensor.ts'
import { checkPath, isJsonObject, missing, readJson, type CheckpointFiles } from './files.ts'
import { bf16ToF32, f16ToF32 } from './half.ts'
import { readSafetensorsHeader, type TensorEntry } from './safetensors.ts'
import type { ByteSource } from './source.ts'

/** The folders of a Marigold checkpoint that hold weights. */
export type Component = 'unet' | 'vae' | 'text_encoder'

/** Which file to take when a component comes in both precisions. */
export type Variant = 'full' | 'fp16'

/** A tensor and the file, by its path in the checkpoint, that its offsets belong to. */
export interface WeightEntry extends TensorEntry {
  readonly file: string
}

/** File names without ending: diffusers' for its models, transformers' for the text encoder. */
export const STEM: Record<Component, string> = {
  unet: 'diffusion_pytorch_model',
  vae: 'diffusion_pytorch_model',
  text_encoder: 'model',
}

/**
 * The tensors of one component, from one file or several shards. Headers are read, weights are not.
 *
 * Looked for in this order, the wanted variant first: `<stem>.safetensors`, `<stem>.safetensors.index.json`; for fp16
 * `<stem>.fp16.safetensors`, `<stem>.safetensors.index.fp16.json` (diffusers' `_add_variant`).
 *
 * @throws AppError `checkpoint/missing-file`, `checkpoint/bad-index`, `checkpoint/missing-tensor` and all of
 *   `readSafetensorsHeader`
 */
export async function openWeights(
  files: CheckpointFiles,
  component: Component,
  options: { readonly prefer?: Variant; readonly signal?: AbortSignal } = {},
): Promise<WeightSet> {
  const found = candidates(component, options.prefer ?? 'full').find((path) => files.sizes.has(path))
  if (found === undefined) throw noWeights(files, component)
  const paths = found.endsWith('.json') ? await readIndex(files, component, found, options.signal) : null
  const sources = new Map<string, ByteSource>()
  const entries = new Map<string, WeightEntry>()
  for (const file of new Set(paths === null ? [found] : paths.values())) {
    options.signal?.throwIfAborted()
    const source = await files.open(file, options.signal)
    sources.set(file, source)
    for (const entry of (await readSafetensorsHeader(source, `${files.name}/${file}`)).tensors.values()) {
      if (paths === null || paths.get(entry.name) === file) entries.set(entry.name, { ...entry, file })
    }
  }
  const weights = new WeightSet(`${component} of ${files.name}`, entries, sources)
  for (const name of paths?.keys() ?? []) weights.get(name)
  return weights
}

function candidates(component: Component, prefer: Variant): readonly string[] {
  const stem = `${component}/${STEM[component]}`
  const full = [`${stem}.safetensors`, `${stem}.safetensors.index.json`]
  const fp16 = [`${stem}.fp16.safetensors`, `${stem}.safetensors.index.fp16.json`]
  return prefer === 'full' ? [...full, ...fp16] : [...fp16, ...full]
}

/** Tensor name → path of its shard. */
async function readIndex(
  files: CheckpointFiles,
  component: Component,
  path: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  const { weight_map: map } = await readJson(files, path, signal)
  const badIndex = (what: string): AppError =>
    new AppError('checkpoint/bad-index', `${path} of ${files.name} ${what}.`, { fix: 'Download the file again.' })
  if (!isJsonObject(map)) throw badIndex('has no weight_map')
  return new Map(
    Object.entries(map).map(([name, file]) => {
      if (typeof file !== 'string' || !file.endsWith('.safetensors')) {
        throw badIndex(`gives no safetensors file for ${name}`)
      }
      const shard = checkPath(`${component}/${file}`)
      return [name, files.sizes.has(shard) ? shard : missing(files.name, shard)]
    }),
  )
}

function noWeights(files: CheckpointFiles, component: Component): AppError {
  const pickled = [...files.sizes.keys()].find(
    (path) => path.startsWith(`${component}/`) && /\.(bin|ckpt|pt)$/.test(path),
  )
  return new AppError('checkpoint/missing-file', `${files.name} has no safetensors weights for its ${component}.`, {
    fix:
      pickled === undefined
        ? `Add ${component}/${STEM[component]}.safetensors.`
        : `${pickled} is a pickle file, which may run code when opened: convert it to safetensors.`,
  })
}

/** Tensors of a component by name. */
export class WeightSet {
  constructor(
    /** For messages: "unet of marigold-nano". */
    readonly title: string,
    private readonly entries: ReadonlyMap<string, WeightEntry>,
    /** The files that hold them, by path in the checkpoint. */
    readonly sources: ReadonlyMap<string, ByteSource>,
  ) {}

  get names(): readonly string[] {
    return [...this.entries.keys()]
  }

  has(name: string): boolean {
    return this.entries.has(name)
  }

  /** Errors: `checkpoint/missing-tensor`. */
  get(name: string): WeightEntry {
    const entry = this.entries.get(name)
    if (entry !== undefined) return entry
    throw new AppError('checkpoint/missing-tensor', `The ${this.title} has no tensor ${name}.`, {
      fix: 'Check that the checkpoint is a Marigold depth model in the diffusers layout.',
    })
  }

  /** `get`, for a tensor that must have this shape. Errors: `checkpoint/missing-tensor`, `checkpoint/wrong-shape`. */
  expect(name: string, shape: Dims): WeightEntry {
    const entry = this.get(name)
    if (entry.shape.length === shape.length && entry.shape.every((n, i) => n === shape[i])) return entry
    throw new AppError(
      'checkpoint/wrong-shape',
      `${name} of the ${this.title} has shape [${entry.shape.join(', ')}]; its config asks for [${shape.join(', ')}].`,
      { fix: 'Check that config.json and the weights belong together.' },
    )
  }

  /** The stored bytes, little-endian; all, or those [from, to) of the tensor. */
  async bytes(name: string, from = 0, to?: number): Promise<Uint8Array> {
    const { file, begin, end } = this.get(name)
    const source = this.sources.get(file) ?? missing(this.title, file)
    return source.slice(begin + from, to === undefined ? end : begin + to)
  }

  /** The values of an F32, F16 or BF16 tensor; exact. Errors: `checkpoint/missing-tensor`, `checkpoint/unsupported`. */
  async f32(name: string): Promise<Float32Array> {
    const dtype = this.float(name)
    return floats(dtype, await this.bytes(name))
  }

  /** How a tensor of floats is stored. Errors: as `f32`. */
  float(name: string): FloatDtype {
    const { dtype } = this.get(name)
    if (dtype === 'F32' || dtype === 'F16' || dtype === 'BF16') return dtype
    throw new AppError(
      'checkpoint/unsupported',
      `${name} of the ${this.title} is stored as ${dtype}, not as a float.`,
      { fix: 'Use weights in float32, float16 or bfloat16: quantised ones cannot be read.' },
    )
  }
}

export type FloatDtype = 'F32' | 'F16' | 'BF16'

/** The values of stored bytes, little-endian; exact. Halves are written into `out`, where it is given, which is returned. */
export function floats(dtype: FloatDtype, bytes: Uint8Array, out?: Float32Array): Float32Array {
  if (dtype === 'F32') return new Float32Array(bytes.slice().buffer)
  // Copied where the offset in the file is no multiple of the element size.
  const { buffer, byteOffset, length } = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice()
  const halves = new Uint16Array(buffer, byteOffset, length / 2)
  return dtype === 'F16' ? f16ToF32(halves, out) : bf16ToF32(halves, out)
}
