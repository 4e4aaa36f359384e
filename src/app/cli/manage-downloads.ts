import { AppError } from '../../base/errors.ts'
import { byteText } from '../../base/byte-text.ts'
import { bytesOf, deleteDownload, deleteDownloads, listDownloads, type Download } from '../../weights/hub/downloads.ts'
import { verifyDownload, type DamagedFile, type VerifyListener } from '../../weights/hub/verify.ts'
import type { DownloadsCommand } from './arguments.ts'
import { nameOf, repositoryNamed } from '../repository-named.ts'
import { downloads } from './downloaded.ts'
import { line, ProgressLine, type Terminal } from './terminal.ts'

/** `marigold downloads`: lists, verifies or deletes what is here. Exit status: 1 when something of it was damaged. */
export async function manageDownloads(
  { name, action, json }: DownloadsCommand,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const storage = downloads()
  const named = name === undefined ? undefined : repositoryNamed(name)
  if (action === 'delete' && name !== undefined) {
    // Only names of repositories are deleted by, which lead to nothing else.
    if (named === undefined) throw noRepository(name)
    const { id, revision } = named
    await (revision === undefined ? deleteDownloads(storage, id) : deleteDownload(storage, { id, revision }))
    terminal.err(line(`${nameOf(named)} was deleted from ${storage.place}`))
    return 0
  }
  const all = await listDownloads(storage)
  const isMeant = ({ id, revision }: Download): boolean =>
    id === (named?.id ?? name) && (named?.revision === undefined || named.revision === revision)
  const chosen = name === undefined ? all : all.filter(isMeant)
  if (name !== undefined && chosen.length === 0) {
    throw new AppError('checkpoint/not-downloaded', `${named ? nameOf(named) : name} is not downloaded.`, {
      fix: `Download it with marigold download ${name}.`,
    })
  }
  if (json) terminal.out(`${JSON.stringify(chosen, null, 2)}\n`)
  let damaged = 0
  for (const download of chosen) {
    const { revision, licence, files } = download
    if (!json) {
      const about = `${files.length} files, ${byteText(bytesOf(download))}, licence ${licence ?? 'not said'}`
      terminal.out(line(`${download.id} at ${revision.slice(0, 12)}: ${about}`))
    }
    if (action !== 'verify') continue
    const progress = new ProgressLine(terminal)
    const shown: VerifyListener = {
      progress: ({ done, bytes, path }) => progress.show(`${Math.floor((100 * done) / bytes)} %  verifying ${path}`),
    }
    const wrong = await verifyDownload(storage, download, shown, signal).finally(() => progress.clear())
    damaged += wrong.length
    for (const { path, fault } of wrong) terminal.err(line(`${path} ${CALLED[fault]}`))
    if (wrong.length > 0) terminal.err(line(`fetch it again with marigold download ${download.id}`))
    else terminal.err(line('verified: all as published'))
  }
  if (all.length === 0 && !json) terminal.out(line(`Nothing is downloaded to ${storage.place}.`))
  return damaged === 0 ? 0 : 1
}

const CALLED: Readonly<Record<DamagedFile['fault'], string>> = {
  missing: 'is missing',
  'wrong-length': 'is damaged (another length) and was deleted',
  'wrong-content': 'is damaged (another content) and was deleted',
  unreadable: 'cannot be read and was deleted',
}

const noRepository = (name: string): AppError =>
  new AppError('checkpoint/bad-name', `${JSON.stringify(name)} is no repository.`, {
    fix: 'See marigold downloads for what is here.',
  })
