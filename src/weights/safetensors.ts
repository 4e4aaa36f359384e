import { AppError, type ErrorDetails } from '../base/errors.ts'
import type { Dims } from '../tensor/tensor.ts'
import { DTYPE_BYTES, isDtype, type Dtype } from './dtype.ts'
import type { ByteSource } from './source.ts'

/** One tensor of a file: what it is and where its little-endian, row-major bytes are. */
export interface TensorEntry {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: Dims
  /** Offsets from the start of the file, not of its data section. */
  readonly begin: number
  readonly end: number
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>
  readonly metadata: ReadonlyMap<string, string>
}

/** The header of an SD2 UNet is about 90 kB; the format's own limit of 100 MB would let a page be stalled. */
export const MAX_HEADER_BYTES = 16 * 1024 * 1024

const PREFIX_BYTES = 8

/** How a pointer begins that git without LFS leaves in place of a large file, as a clone from the Hub then has. */
const POINTER = 'version '

/**
 * Reads and checks the header of a safetensors file nobody vouches for. The data is not read. Every promise of the
 * format is checked before anything is allocated by it: tensors lie inside the file, in order without overlap, hole or
 * tail, and each is as long as its shape says. (A name given twice in the JSON leaves a hole where the first one was.)
 *
 * @param file name used in messages
 * @throws AppError `weights/truncated`, `weights/not-fetched`, `weights/header-too-large`, `weights/bad-header`, `weights/bad-tensor`,
 *   `weights/unknown-dtype`, `weights/wrong-size`, `weights/overlap`, `weights/hole`, `weights/trailing-bytes`
 *
 * Source: safetensors/src/tensor.rs, `SafeTensors::read_metadata` and `Metadata::validate`.
 */
export async function readSafetensorsHeader(source: ByteSource, file: string): Promise<SafetensorsHeader> {
  if (source.size < PREFIX_BYTES) throw fault('truncated', `${file} has only ${source.size} bytes.`)
  const prefix = await source.slice(0, PREFIX_BYTES)
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength)
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32
  if (length > MAX_HEADER_BYTES) {
    if (String.fromCharCode(...prefix) === POINTER) {
      throw fault('not-fetched', `${file} only points to the weights: it is a file of Git LFS.`, {
        fix: 'Fetch the weights with git lfs pull, or download the file itself.',
      })
    }
    throw fault('header-too-large', `${file} claims a header of ${length} bytes; ${MAX_HEADER_BYTES} is the limit.`, {
      fix: 'Check that it is a safetensors file.',
    })
  }
  const dataBegin = PREFIX_BYTES + length
  if (dataBegin > source.size) {
    throw fault('truncated', `${file} has ${source.size} bytes, but its header alone should take ${dataBegin}.`)
  }
  const json = parseJson(await source.slice(PREFIX_BYTES, dataBegin), file)
  return checkHeader(json, dataBegin, source.size, file)
}

function parseJson(bytes: Uint8Array, file: string): Record<string, unknown> {
  // The format wants '{' first: no byte order mark, no leading space.
  if (bytes[0] !== 0x7b) throw fault('bad-header', `The header of ${file} does not start with "{".`)
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw fault('bad-header', `The header of ${file} is not JSON.`, { cause })
  }
  if (!isRecord(json)) throw fault('bad-header', `The header of ${file} is not a JSON object.`)
  return json
}

function checkHeader(json: Record<string, unknown>, dataBegin: number, size: number, file: string): SafetensorsHeader {
  const entries: TensorEntry[] = []
  let metadata: ReadonlyMap<string, string> = new Map()
  for (const [name, value] of Object.entries(json)) {
    if (name === '__metadata__') metadata = checkMetadata(value, file)
    else entries.push(checkEntry(name, value, dataBegin, file))
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end)
  let at = dataBegin
  for (const { name, begin, end } of entries) {
    const who = `Tensor ${shown(name)} of ${file}`
    if (end > size) throw fault('truncated', `${who} ends at byte ${end}, but the file has ${size}.`)
    if (begin < at) throw fault('overlap', `${who} begins at byte ${begin}, inside another tensor.`)
    if (begin > at) throw fault('hole', `${who} begins at byte ${begin}, but the one before it ends at ${at}.`)
    at = end
  }
  if (at !== size) throw fault('trailing-bytes', `${file} has ${size - at} bytes that belong to no tensor.`)
  return { tensors: new Map(entries.map((entry) => [entry.name, entry])), metadata }
}

function checkEntry(name: string, value: unknown, dataBegin: number, file: string): TensorEntry {
  const who = `Tensor ${shown(name)} of ${file}`
  if (!isRecord(value)) throw fault('bad-tensor', `${who} is not described by an object.`)
  const { dtype, shape, data_offsets: offsets } = value
  if (!isDtype(dtype)) throw fault('unknown-dtype', `${who} has the unknown element type ${shown(dtype)}.`)
  if (!Array.isArray(shape) || !shape.every(isSize)) throw fault('bad-tensor', `${who} has no valid shape.`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw fault('bad-tensor', `${who} has no valid pair of offsets.`)
  }
  const [from, to] = offsets as [number, number]
  const [begin, end] = [dataBegin + from, dataBegin + to]
  if (to < from || !Number.isSafeInteger(end)) throw fault('bad-tensor', `${who} has no valid pair of offsets.`)
  const bytes = bytesOfShape(shape, dtype)
  if (bytes !== end - begin) {
    throw fault('wrong-size', `${who} is ${dtype} [${shape.slice(0, 8).join(', ')}] but has ${end - begin} bytes.`)
  }
  return { name, dtype, shape: [...shape], begin, end }
}

/** Bytes of a tensor, or NaN, equal to nothing, where the product leaves the exact integers. */
function bytesOfShape(shape: readonly number[], dtype: Dtype): number {
  let bytes: number = DTYPE_BYTES[dtype]
  for (const n of shape) {
    bytes *= n
    if (!Number.isSafeInteger(bytes)) return NaN
  }
  return bytes
}

function checkMetadata(value: unknown, file: string): ReadonlyMap<string, string> {
  if (!isRecord(value)) throw fault('bad-header', `The metadata of ${file} is not an object.`)
  return new Map(
    Object.entries(value).map(([key, text]) => {
      if (typeof text !== 'string') throw fault('bad-header', `The metadata of ${file} holds something besides text.`)
      return [key, text]
    }),
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** A value of the file for a message: quoted, and short however long it is. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : typeof value
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text)
}

const DEFAULT_FIX: ErrorDetails = { fix: 'The file is damaged or incomplete: download it again.' }

const fault = (what: string, message: string, details: ErrorDetails = {}): AppError =>
  new AppError(`weights/${what}`, message, { ...DEFAULT_FIX, ...details })
