import { catalogue } from '../../models/catalogue.ts'
import type { LocateCheckpoint } from '../../models/checkpoint/store.ts'
import { AppError } from '../base/errors.ts'
import { hash128 } from '../base/hash.ts'
import type { CheckpointRow } from '../engine/client.ts'
import { servedFolder, type ServedFile } from '../weights/served-folder.ts'

export interface ServedCheckpoints {
  readonly rows: readonly CheckpointRow[]
  readonly locate: LocateCheckpoint
}

/** The catalogue as our own server has it: each folder lies beside the page with a list of its files (`files.json`). */
export async function servedCheckpoints(base: string): Promise<ServedCheckpoints> {
  const lists = new Map(
    await Promise.all(catalogue.map(async ({ id }) => [id, await filesOf(`${base}${id}`)] as const)),
  )
  return {
    rows: catalogue.map((row) => ({
      ...row,
      bytes: (lists.get(row.id) ?? []).reduce((sum, { bytes }) => sum + bytes, 0),
    })),
    locate: async (choice) => {
      const row = catalogue.find(({ id }) => id === choice)
      const files = lists.get(choice)
      if (row === undefined || files === undefined) return undefined
      const folder = { name: row.name, base: `${base}${choice}`, files }
      return { name: row.name, files: servedFolder(folder), id: contentOf(files) }
    },
  }
}

/** A content id from the listed hashes: nothing has to be downloaded to know it. */
const contentOf = (files: readonly Listed[]): string =>
  hash128(files.map(({ path, sha256 }) => `${path} ${sha256}`).join('\n'))

type Listed = Required<ServedFile>

async function filesOf(folder: string): Promise<readonly Listed[]> {
  const response = await fetch(`${folder}/files.json`)
  if (!response.ok) {
    throw new AppError('checkpoint/missing-file', `The server has no checkpoint at ${folder}.`, {
      fix: 'Build the page again: npm run build.',
    })
  }
  return (await response.json()) as readonly Listed[]
}
