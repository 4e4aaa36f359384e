import { homedir } from 'node:os'
import { join } from 'node:path'
import { publishedRow } from '../../../models/catalogue.ts'
import type { LocatedCheckpoint } from '../../../models/checkpoint/store.ts'
import { AppError } from '../../base/errors.ts'
import { diskStorage } from '../../weights/hub/disk-storage.ts'
import { byteText } from '../../base/byte-text.ts'
import { findDownload, openDownload } from '../../weights/hub/downloads.ts'
import { HUGGING_FACE } from '../../weights/hub/hub.ts'
import type { WeightStorage } from '../../weights/hub/storage.ts'
import { repositoryNamed } from '../repository-named.ts'

/** Where downloads are: MARIGOLD_CACHE, or where this system keeps what can be made again. */
export const downloads = (): WeightStorage => diskStorage(cacheFolder(process.env, process.platform, homedir()))

export function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string {
  const { MARIGOLD_CACHE: chosen, XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = env
  if (chosen !== undefined && chosen !== '') return chosen
  if (platform === 'darwin') return join(home, 'Library/Caches/marigold-nodes')
  if (platform === 'win32') return join(local ?? join(home, 'AppData/Local'), 'marigold-nodes')
  // The specification says to pass over relative ones.
  return join(xdg?.startsWith('/') === true ? xdg : join(home, '.cache'), 'marigold-nodes')
}

/** HF_ENDPOINT names a mirror, as for the Hub's own tools. */
export const hubHost = (): string => (process.env['HF_ENDPOINT'] ?? '').replace(/\/+$/, '') || HUGGING_FACE

/** A download by catalogue id, repository or commit; undefined for other words. Errors: `checkpoint/not-downloaded`. */
export async function locateDownload(name: string): Promise<LocatedCheckpoint | undefined> {
  const named = repositoryNamed(name)
  if (named === undefined) return undefined
  const { id, revision } = named
  const storage = downloads()
  const found = await findDownload(storage, id, revision)
  if (found !== undefined) return { name: id, files: await openDownload(storage, found) }
  const row = publishedRow(name)
  const size = row === undefined ? '' : ` (about ${byteText(row.bytes.fp16 ?? row.bytes.fp32)})`
  const message = row === undefined ? `There is neither a folder nor a download ${name}.` : `${id} is not downloaded.`
  throw new AppError('checkpoint/not-downloaded', message, {
    fix: `Download it${size} with marigold download ${name}, or give its folder with --checkpoint DIR.`,
  })
}
