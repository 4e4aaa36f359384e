import { AppError } from '../base/errors.ts'
import { f32ToF16 } from '../weights/half.ts'
import type { HeldBytes } from '../weights/source.ts'
import { floats, type FloatDtype, type WeightEntry, type WeightSet } from '../weights/tensors.ts'
import type { BuiltGraph, ParameterUse } from './graph.ts'
import { elementBytes, encodeModel, type ElementType, type Initialiser } from './model.ts'
import type { ExternalData, ModelSource } from './runtime.ts'

const stored: Readonly<Partial<Record<string, ElementType>>> = { F32: 'f32', F16: 'f16' }

/** The file name under which converted parameters are external data of a model. */
const converted = 'converted'

/**
 * Gives a graph's parameters their bytes. A parameter stored in the type that the graph computes in is not touched: its
 * initialiser points into the safetensors file. The others are converted, each when the runtime asks for it. Once `signal`
 * is aborted nothing more is read. The files are held open until `close`.
 */
export async function modelSource(
  built: BuiltGraph,
  weights: WeightSet,
  signal?: AbortSignal,
): Promise<ModelSource & { close(): void }> {
  const initialisers: Initialiser[] = [...built.graph.initialisers]
  const toConvert: ParameterUse[] = []
  const asStored = new Set<string>()
  for (const use of built.parameters) {
    const entry = weights.get(use.parameter)
    if (stored[entry.dtype] !== use.type) {
      toConvert.push(use)
      continue
    }
    asStored.add(entry.file)
    const size = elementBytes[use.type]
    const data = { path: entry.file, offset: entry.begin + use.from * size, length: use.count * size }
    initialisers.push({ name: use.name, type: use.type, dims: use.dims, data })
  }
  const held = await holdAll(weights)
  const files = new Map<string, Readable>()
  for (const [path, source] of weights.sources) {
    const bytes = held.get(path)
    const { size, file } = source
    if (bytes) files.set(path, { size, read: stoppable(bytes.read, signal), ...(file && { file }) })
  }
  const external: ExternalData[] = []
  for (const [path, source] of files) if (asStored.has(path)) external.push({ path, ...source })
  if (toConvert.length > 0) {
    const packed = conversion(toConvert, weights, files)
    initialisers.push(...packed.initialisers)
    external.push({ path: converted, size: packed.size, read: stoppable(packed.read, signal) })
  }
  const proto = encodeModel({ ...built.graph, initialisers })
  const close = (): void => closeAll(held)
  return { name: `${built.graph.name} (${weights.title})`, proto, external, close }
}

type Readable = Omit<ExternalData, 'path'>
type Read = ExternalData['read']

type Held = ReadonlyMap<string, HeldBytes>

/** All files, or none. */
async function holdAll(weights: WeightSet): Promise<Held> {
  const held = new Map<string, HeldBytes>()
  try {
    for (const [path, source] of weights.sources) held.set(path, await source.hold())
    return held
  } catch (error) {
    closeAll(held)
    throw error
  }
}

function closeAll(held: Held): void {
  for (const bytes of held.values()) bytes.close()
}

const stoppable =
  (read: Read, signal: AbortSignal | undefined): Read =>
  (begin, end) => {
    signal?.throwIfAborted()
    return read(begin, end)
  }

/** Converted parameters one after the other, as if they were a file. */
function conversion(
  uses: readonly ParameterUse[],
  weights: WeightSet,
  files: ReadonlyMap<string, Readable>,
): { readonly size: number; readonly read: Read; readonly initialisers: readonly Initialiser[] } {
  const makers = new Map<number, () => Uint8Array>()
  const lengths = uses.map(({ count, type }) => count * elementBytes[type])
  // All are made in the same memory: the garbage of gigabytes would fill it before it is collected.
  let memory: ArrayBuffer | undefined
  const room = (): ArrayBuffer => (memory ??= new ArrayBuffer(Math.max(...lengths)))
  const initialisers: Initialiser[] = []
  let size = 0
  for (const use of uses) {
    const [entry, dtype] = [weights.get(use.parameter), weights.float(use.parameter)]
    const file = files.get(entry.file)
    const length = use.count * elementBytes[use.type]
    makers.set(size, () => convert(use, entry, dtype, file, room()))
    const data = { path: converted, offset: size, length }
    initialisers.push({ name: use.name, type: use.type, dims: use.dims, data })
    size += length
  }
  return { size, initialisers, read: (begin) => made(makers, begin) }
}

function made(makers: ReadonlyMap<number, () => Uint8Array>, begin: number): Uint8Array {
  const make = makers.get(begin)
  if (!make) throw new AppError('onnx/session', `No converted tensor begins at byte ${begin}.`)
  return make()
}

const dtypeBytes: Readonly<Record<FloatDtype, number>> = { F32: 4, F16: 2, BF16: 2 }

/** Elements that are read and converted at a time: of a large tensor only the result is then in memory. */
const PART = 2 ** 18

function convert(
  use: ParameterUse,
  entry: WeightEntry,
  dtype: FloatDtype,
  file: Readable | undefined,
  memory: ArrayBuffer,
): Uint8Array {
  const size = dtypeBytes[dtype]
  for (let at = 0; at < use.count; at += PART) {
    const begin = entry.begin + (use.from + at) * size
    const part = Math.min(PART, use.count - at)
    const stored = file?.read(begin, begin + part * size) ?? new Uint8Array()
    if (use.type === 'f16') new Uint16Array(memory, 2 * at, part).set(f32ToF16(floats(dtype, stored)))
    else floats(dtype, stored, new Float32Array(memory, 4 * at, part))
  }
  return new Uint8Array(memory, 0, use.count * elementBytes[use.type])
}
