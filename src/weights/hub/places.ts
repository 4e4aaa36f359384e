/** Where in the storage a repository's files are, at one commit. */
export interface Places {
  /** Verified files, in the layout of the repository. */
  readonly folder: string
  /** Files that are being filled, and their journals. */
  readonly unverified: string
  /** Says that the folder is a whole checkpoint. */
  readonly manifest: string
}

/** `owner/name` as one folder's name: the Hub allows no `--` in names. */
export const folderOf = (id: string): string => id.replace('/', '--')

/** The other way round; undefined for a folder that is none of ours. */
export function repositoryOf(folder: string): string | undefined {
  const parts = folder.split('--')
  return parts.length === 2 ? parts.join('/') : undefined
}

export function placesOf({ id, revision }: { readonly id: string; readonly revision: string }): Places {
  const base = `${folderOf(id)}/${revision}`
  return { folder: base, unverified: `${base}.unverified`, manifest: `${base}.json` }
}

export const unverifiedOf = (
  { unverified }: Places,
  path: string,
): { readonly unverified: string; readonly journal: string } => ({
  unverified: `${unverified}/${path}`,
  journal: `${unverified}/${path}.journal`,
})
