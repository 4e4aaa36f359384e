import { publishedRow } from '../../models/catalogue.ts'
import { readRepositoryName, type RepositoryName } from '../weights/hub/repository.ts'

/** The repository that an id of the catalogue, `owner/name` or `owner/name@revision` means; undefined for other words. */
export function repositoryNamed(text: string): RepositoryName | undefined {
  const row = publishedRow(text)
  return row === undefined ? readRepositoryName(text) : { id: row.repository, revision: undefined }
}

/** How graphs and commands name it. */
export const nameOf = ({ id, revision }: RepositoryName): string => (revision === undefined ? id : `${id}@${revision}`)
