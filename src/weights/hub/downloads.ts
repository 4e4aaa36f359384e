import { checkPath, isJsonObject, type CheckpointFiles } from '../files.ts'
import { isFileHash, type FileHash } from './file-hash.ts'
import { folderOf, placesOf, repositoryOf } from './places.ts'
import { promptFolder, readNumbers } from './kept-numbers.ts'
import { isRepositoryId, type HubFile, type Repository } from './repository.ts'
import type { WeightStorage } from './storage.ts'

/** A checkpoint that is here, whole and verified. */
export interface Download {
  /** `owner/name`. */
  readonly id: string
  readonly revision: string
  readonly licence: string | undefined
  readonly files: readonly HubFile[]
  /** Whose kept embedding of the empty prompt it has in place of a text encoder. */
  readonly prompt?: string
  /** When it was finished; ISO 8601. */
  readonly finished: string
}

export const bytesOf = ({ files }: Pick<Download, 'files'>): number => files.reduce((sum, { bytes }) => sum + bytes, 0)

/** Says that a checkpoint is here: `files`, and those that it had before, in another precision. */
export async function writeManifest(
  storage: WeightStorage,
  { id, revision, licence }: Repository,
  { files, prompt }: Pick<Download, 'files' | 'prompt'>,
): Promise<void> {
  const before = await readManifest(storage, { id, revision })
  const all = new Map([...(before?.files ?? []), ...files].map((file) => [file.path, file]))
  const finished = new Date().toISOString()
  const json = { schema: 1, id, revision, licence, files: [...all.values()], prompt, finished }
  await storage.writeText(placesOf({ id, revision }).manifest, `${JSON.stringify(json, null, 2)}\n`)
}

/** The download of a repository at a commit; undefined when it is not here as a whole. */
export async function readManifest(
  storage: WeightStorage,
  of: { readonly id: string; readonly revision: string },
): Promise<Download | undefined> {
  const text = await storage.readText(placesOf(of).manifest)
  if (text === undefined) return undefined
  try {
    const json: unknown = JSON.parse(text)
    if (!isJsonObject(json) || json['schema'] !== 1 || json['id'] !== of.id || json['revision'] !== of.revision) return
    const { files, finished, licence, prompt } = json
    if (!Array.isArray(files) || typeof finished !== 'string') return undefined
    const read = (files as readonly unknown[]).map(fileOf)
    if (!read.every((file) => file !== undefined)) return undefined
    const download = { ...of, licence: typeof licence === 'string' ? licence : undefined, files: read, finished }
    if (prompt === undefined) return download
    // Shared with others: it may have been lost without them.
    if (typeof prompt !== 'string' || (await readNumbers(storage, promptFolder(checkPath(prompt)))) === undefined)
      return undefined
    return { ...download, prompt }
  } catch {
    // Not ours, or damaged: then the checkpoint is as good as not here, and a download finds its files.
    return undefined
  }
}

function fileOf(json: unknown): HubFile | undefined {
  if (!isJsonObject(json) || !isJsonObject(json['hash'])) return undefined
  const { path, bytes, hash } = json
  const { algorithm, hex } = hash as Readonly<Record<string, unknown>>
  if (typeof path !== 'string' || typeof bytes !== 'number' || !isFileHash(algorithm, hex)) return undefined
  return { path: checkPath(path), bytes, hash: { algorithm, hex } as FileHash }
}

/** All that are here, by name. */
export async function listDownloads(storage: WeightStorage): Promise<readonly Download[]> {
  const found: Download[] = []
  for (const folder of [...(await storage.list(''))].sort()) {
    const id = repositoryOf(folder)
    if (id === undefined || !isRepositoryId(id)) continue
    for (const name of await storage.list(folder)) {
      const [, revision] = /^([0-9a-f]{40})\.json$/.exec(name) ?? []
      const download = revision === undefined ? undefined : await readManifest(storage, { id, revision })
      if (download !== undefined) found.push(download)
    }
  }
  return found
}

/** The download of a repository that was finished last, or of the commit that is named; undefined when none is here. */
export async function findDownload(storage: WeightStorage, id: string, commit?: string): Promise<Download | undefined> {
  const all = (await listDownloads(storage)).filter(
    (download) => download.id === id && (commit === undefined || download.revision === commit),
  )
  return all.sort((a, b) => (a.finished < b.finished ? -1 : 1)).at(-1)
}

/**
 * The files of a download. Their stamp follows what the disk says, or else the manifest: a file that was fetched again
 * has other handles. Errors: `checkpoint/missing-file`.
 */
export async function openDownload(storage: WeightStorage, download: Download): Promise<CheckpointFiles> {
  const { folder, manifest } = placesOf(download)
  return { stamp: async () => (await storage.readText(manifest)) ?? '', ...(await storage.folder(folder, download.id)) }
}

/** Deletes all of a repository, of every commit, also what was not finished. */
export const deleteDownloads = (storage: WeightStorage, id: string): Promise<void> => storage.remove(folderOf(id))

/** Deletes one commit of a repository, also what was not finished of it. */
export async function deleteDownload(
  storage: WeightStorage,
  of: { readonly id: string; readonly revision: string },
): Promise<void> {
  const { manifest, folder, unverified } = placesOf(of)
  // The manifest first: it must not speak of what is gone.
  for (const path of [manifest, folder, unverified]) await storage.remove(path)
}
