import type { Variant } from '../tensors.ts'
import { bytesOf } from './downloads.ts'
import type { Hub } from './hub.ts'
import { readJournal } from './journal.ts'
import { neededFiles, type NeededFiles } from './needed-files.ts'
import { placesOf, unverifiedOf, type Places } from './places.ts'
import { promptFolder, readNumbers } from './kept-numbers.ts'
import type { PublishedPrompt } from './published-prompt.ts'
import { readRepository, type HubFile, type Repository } from './repository.ts'
import type { WeightStorage } from './storage.ts'

/** What a download would fetch, to be shown before anything is. */
export interface DownloadPlan extends NeededFiles {
  readonly repository: Repository
  /** What spares `files` the text encoder; undefined where none is known, or the text encoder is here. */
  readonly prompt: PlannedPrompt | undefined
  /** Of all of it. */
  readonly bytes: number
  /** Of what is not here yet. */
  readonly missing: number
}

export interface PlannedPrompt {
  readonly published: PublishedPrompt
  readonly here: boolean
  /** The text encoder: what is fetched in its place when it cannot be had. */
  readonly instead: readonly HubFile[]
}

export interface Wanted {
  readonly id: string
  readonly revision: string
  readonly variant: Variant
  /** By the text encoder of that repository, where one is published. */
  prompt?(repository: Repository): Promise<PublishedPrompt | undefined>
}

/**
 * Asks the Hub what a checkpoint is made of, and looks at what of it is here. Errors: those of `readRepository` and
 * `neededFiles`.
 */
export async function planDownload(
  hub: Hub,
  storage: WeightStorage,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<DownloadPlan> {
  const repository = await readRepository(hub, wanted.id, wanted.revision, signal)
  const needed = neededFiles(repository, wanted.variant)
  const places = placesOf(repository)
  const published = await wanted.prompt?.(repository)
  const prompt = published && (await planPrompt(storage, places, published, needed))
  const files = needed.files.filter((file) => !prompt?.instead.includes(file))
  const [bytes, extra] = [bytesOf({ files }), prompt?.published.bytes ?? 0]
  let here = prompt?.here === true ? extra : 0
  for (const file of files) here += await bytesHere(hub, storage, places, file)
  const { text_encoder: encoder, ...others } = needed.variants
  const variants = prompt === undefined && encoder !== undefined ? needed.variants : others
  return { files, variants, repository, prompt, bytes: bytes + extra, missing: bytes + extra - here }
}

async function planPrompt(
  storage: WeightStorage,
  places: Places,
  published: PublishedPrompt,
  { files }: NeededFiles,
): Promise<PlannedPrompt | undefined> {
  const instead = files.filter(({ path }) => /^(?:text_encoder|tokenizer)\//.test(path))
  const there = await Promise.all(instead.map((file) => isHere(storage, places, file)))
  if (there.every(Boolean)) return undefined
  return { published, here: (await readNumbers(storage, promptFolder(published.encoder))) !== undefined, instead }
}

async function bytesHere(hub: Hub, storage: WeightStorage, places: Places, file: HubFile): Promise<number> {
  if (await isHere(storage, places, file)) return file.bytes
  const { unverified, journal } = unverifiedOf(places, file.path)
  const text = await storage.readText(journal)
  const { done } = readJournal(text, file, hub.pieceBytes, (await storage.size(unverified)) ?? 0)
  return [...done].reduce((sum, piece) => sum + Math.min(hub.pieceBytes, file.bytes - piece * hub.pieceBytes), 0)
}

/** A file has its name only when its hash was right. */
export const isHere = async (storage: WeightStorage, { folder }: Places, { path, bytes }: HubFile): Promise<boolean> =>
  (await storage.size(`${folder}/${path}`)) === bytes
