import { AppError } from '../base/errors.ts'
import { bytesSource, type ByteSource } from './source.ts'

/** A diffusers checkpoint folder, wherever it is: on a disk, picked in a page, behind a URL, in memory. */
export interface CheckpointFiles {
  /** For messages: the folder's name. */
  readonly name: string
  /** Bytes of every file by its path relative to the folder, with `/` between parts. */
  readonly sizes: ReadonlyMap<string, number>
  /**
   * Only what `sizes` lists can be opened, so no path leaves the folder. Errors: `checkpoint/missing-file`,
   * `weights/unreadable`, `weights/truncated`, `weights/changed`.
   */
  open(path: string, signal?: AbortSignal): Promise<ByteSource>
  /**
   * Says how the files are now, where they may change while the program runs (a disk, a download): another text says
   * that the folder must be read again. Errors: `checkpoint/missing-file`.
   */
  stamp?(): Promise<string>
}

/** A folder of files by paths relative to it. Errors: `checkpoint/unsafe-path`. */
export const sourceFolder = (name: string, files: ReadonlyMap<string, ByteSource>): CheckpointFiles => ({
  name,
  sizes: new Map([...files].map(([path, { size }]) => [checkPath(path), size])),
  open: async (path) => files.get(path) ?? missing(name, path),
})

/** A folder in memory. */
export const memoryFiles = (name: string, contents: ReadonlyMap<string, Uint8Array>): CheckpointFiles =>
  sourceFolder(name, new Map([...contents].map(([path, bytes]) => [path, bytesSource(bytes)])))

/** Throws `checkpoint/missing-file`. */
export function missing(folder: string, path: string): never {
  throw new AppError('checkpoint/missing-file', `${folder} has no file ${path}.`, {
    fix: 'Download the whole checkpoint folder in the diffusers layout, with its safetensors files.',
  })
}

/** Returns a relative path made of plain names, or throws `checkpoint/unsafe-path`. */
export function checkPath(path: string): string {
  const plain = (part: string) => part !== '' && part !== '.' && part !== '..'
  const forbidden = [...path].some((c) => c === '\\' || c === ':' || c < ' ')
  if (path.split('/').every(plain) && !forbidden) return path
  throw new AppError(
    'checkpoint/unsafe-path',
    `${JSON.stringify(path.slice(0, 120))} is no path inside a checkpoint.`,
    {
      fix: 'Use the checkpoint as it was published.',
    },
  )
}

/** The tokenizer's vocabulary, the largest JSON of a checkpoint, has about 1 MB. */
const MAX_JSON_BYTES = 16 * 1024 * 1024

/** A JSON object of a checkpoint, unchecked inside. Errors: `checkpoint/missing-file`, `checkpoint/bad-json`. */
export async function readJson(
  files: CheckpointFiles,
  path: string,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const source = await files.open(path, signal)
  if (source.size > MAX_JSON_BYTES) throw badJson(files, path, `has ${source.size} bytes, too many for a config`)
  const bytes = await source.slice(0, source.size)
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw badJson(files, path, 'is not JSON', cause)
  }
  if (!isJsonObject(json)) throw badJson(files, path, 'is not a JSON object')
  return json
}

export const isJsonObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const badJson = (files: CheckpointFiles, path: string, what: string, cause?: unknown) =>
  new AppError('checkpoint/bad-json', `${path} of ${files.name} ${what}.`, {
    fix: 'Download the file again.',
    ...(cause !== undefined && { cause }),
  })
