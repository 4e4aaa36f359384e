import { isJsonObject, type CheckpointFiles } from '../files.ts'
import { pickedFolder } from '../picked-folder.ts'
import type { ByteSource } from '../source.ts'
import { checkRoom } from './room.ts'
import type { WeightStorage } from './storage.ts'

/** A folder of the person's of which a copy is kept. */
export interface Copy {
  readonly name: string
  readonly bytes: number
  /** False of one that was cut off: it is not used, and can be deleted or made again. */
  readonly whole: boolean
}

const placesOf = (name: string) => ({
  folder: `folders/${name}`,
  unfinished: `unfinished/${name}`,
  manifest: `manifests/${name}.json`,
})

/** Read at once to be written. */
const PART = 2 ** 22

/**
 * Copies a folder, in place of an earlier copy of its name, which stays until all of this one has arrived. Failed or
 * stopped, it leaves nothing. Errors: `weights/no-space`, `weights/unreadable` when a file was changed meanwhile,
 * `weights/in-use` when another tab copies it, those of the storage, and the signal's reason.
 */
export async function copyIn(
  storage: WeightStorage,
  name: string,
  picked: ReadonlyMap<string, Blob>,
  progress: (now: { readonly done: number; readonly bytes: number }) => void,
  signal: AbortSignal,
): Promise<void> {
  const files = pickedFolder(name, picked)
  const { folder, unfinished, manifest } = placesOf(name)
  const bytes = [...files.sizes.values()].reduce((sum, size) => sum + size, 0)
  await storage.remove(unfinished)
  await checkRoom(storage, name, bytes)
  let done = 0
  try {
    for (const path of files.sizes.keys()) {
      const written = (part: number): void => progress({ done: (done += part), bytes })
      await copyFile(storage, await files.open(path, signal), `${unfinished}/${path}`, written, signal)
    }
    signal.throwIfAborted()
  } catch (error) {
    await storage.remove(unfinished)
    throw error
  }
  await storage.remove(manifest)
  await storage.remove(folder)
  for (const path of files.sizes.keys())
    await (await storage.open(`${unfinished}/${path}`)).publish(`${folder}/${path}`)
  const written = new Date().toISOString()
  await storage.writeText(
    manifest,
    JSON.stringify({ schema: 1, name, files: Object.fromEntries(files.sizes), written }),
  )
  await storage.remove(unfinished)
}

async function copyFile(
  storage: WeightStorage,
  source: ByteSource,
  to: string,
  written: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const file = await storage.open(to)
  try {
    for (let at = 0; at < source.size; at += PART) {
      signal.throwIfAborted()
      const part = await source.slice(at, Math.min(source.size, at + PART))
      await file.write(at, part)
      written(part.byteLength)
    }
    await file.flush()
  } finally {
    await file.close()
  }
}

/** All that are kept, and what is left of those that were cut off. */
export async function listCopies(storage: WeightStorage): Promise<readonly Copy[]> {
  const names = [...(await storage.list('folders')), ...(await storage.list('unfinished'))]
  return Promise.all(
    [...new Set(names)].sort().map(async (name) => {
      const files = await openCopy(storage, name)
      const bytes = [...(files?.sizes.values() ?? [])].reduce((sum, size) => sum + size, 0)
      return { name, bytes, whole: files !== undefined }
    }),
  )
}

/** The files of a copy, stamped as those of a download; undefined when there is none of this name that is whole. */
export async function openCopy(storage: WeightStorage, name: string): Promise<CheckpointFiles | undefined> {
  const { folder, manifest } = placesOf(name)
  const text = await storage.readText(manifest)
  if (text === undefined) return undefined
  const listed = sizesIn(text)
  const files = await storage.folder(folder, name)
  const whole = listed.size > 0 && [...listed].every(([path, size]) => files.sizes.get(path) === size)
  return whole ? { stamp: async () => (await storage.readText(manifest)) ?? '', ...files } : undefined
}

export async function deleteCopy(storage: WeightStorage, name: string): Promise<void> {
  const { folder, unfinished, manifest } = placesOf(name)
  // The manifest first: it must not speak of what is gone.
  for (const path of [manifest, folder, unfinished]) await storage.remove(path)
}

/** A text that cannot be read says nothing: then there is no copy to be used. */
function sizesIn(text: string): ReadonlyMap<string, unknown> {
  try {
    const json: unknown = JSON.parse(text)
    const files = isJsonObject(json) && json['schema'] === 1 ? json['files'] : undefined
    return new Map(isJsonObject(files) ? Object.entries(files) : [])
  } catch {
    return new Map()
  }
}
