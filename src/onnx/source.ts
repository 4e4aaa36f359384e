import { f32ToF16 } from '../weights/half.ts'
import type { WeightSet } from '../weights/tensors.ts'
import type { BuiltGraph, ParameterUse } from './graph.ts'
import { elementBytes, encodeModel, type ElementType, type Initialiser } from './model.ts'
import type { ExternalData, ModelSource } from './runtime.ts'

const stored: Readonly<Partial<Record<string, ElementType>>> = { F32: 'f32', F16: 'f16' }

/** The file name under which converted parameters are external data of a model. */
const converted = 'converted'

/**
 * Gives a graph's parameters their bytes. A parameter stored in the type that the graph computes in is not touched: its
 * initialiser points into the safetensors file. The others are converted, once, into one buffer that holds only what
 * the graph uses.
 */
export async function modelSource(built: BuiltGraph, weights: WeightSet, signal?: AbortSignal): Promise<ModelSource> {
  const initialisers: Initialiser[] = [...built.graph.initialisers]
  const files = new Set<string>()
  const toConvert: ParameterUse[] = []
  for (const use of built.parameters) {
    const entry = weights.get(use.parameter)
    if (stored[entry.dtype] !== use.type) {
      toConvert.push(use)
      continue
    }
    files.add(entry.file)
    const size = elementBytes[use.type]
    const data = { path: entry.file, offset: entry.begin + use.from * size, length: use.count * size }
    initialisers.push({ name: use.name, type: use.type, dims: use.dims, data })
  }
  const external: ExternalData[] = []
  for (const path of files) {
    const source = weights.sources.get(path)
    // A file is not read here: onnxruntime's JSPI build takes what it needs from it straight to the GPU.
    if (source) external.push({ path, data: source.file ?? (await source.slice(0, source.size)) })
  }
  if (toConvert.length > 0) {
    const packed = await convert(toConvert, weights, signal)
    initialisers.push(...packed.initialisers)
    external.push({ path: converted, data: packed.data })
  }
  const proto = encodeModel({ ...built.graph, initialisers })
  return { name: `${built.graph.name} (${weights.title})`, proto, external }
}

async function convert(
  uses: readonly ParameterUse[],
  weights: WeightSet,
  signal: AbortSignal | undefined,
): Promise<{ readonly data: Uint8Array; readonly initialisers: readonly Initialiser[] }> {
  const data = new Uint8Array(uses.reduce((sum, use) => sum + use.count * elementBytes[use.type], 0))
  const initialisers: Initialiser[] = []
  let offset = 0
  for (const use of uses) {
    signal?.throwIfAborted()
    const values = (await weights.f32(use.parameter)).subarray(use.from, use.from + use.count)
    const bytes = use.type === 'f16' ? f32ToF16(values) : values
    data.set(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset)
    const length = bytes.byteLength
    initialisers.push({ name: use.name, type: use.type, dims: use.dims, data: { path: converted, offset, length } })
    offset += length
  }
  return { data, initialisers }
}
