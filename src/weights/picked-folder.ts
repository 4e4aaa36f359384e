import { AppError } from '../base/errors.ts'
import { checkPath, missing, type CheckpointFiles } from './files.ts'
import { blobSource } from './source.ts'

/**
 * A folder picked with `<input type="file" webkitdirectory>` or dropped: its files stay on the disk until they are
 * sliced. The picked folder's own name, the first part of each `webkitRelativePath`, is not part of the paths.
 * Errors: `checkpoint/missing-file` when the folder is empty.
 */
export function pickedFolder(picked: readonly File[]): CheckpointFiles {
  const [first] = picked
  if (first === undefined) throw new AppError('checkpoint/missing-file', 'The picked folder is empty.')
  const name = first.webkitRelativePath.split('/')[0] || 'picked files'
  const byPath = new Map(picked.map((file) => [checkPath(pathInFolder(file)), file]))
  return {
    name,
    sizes: new Map([...byPath].map(([path, file]) => [path, file.size])),
    open: async (path) => blobSource(byPath.get(path) ?? missing(name, path)),
  }
}

function pathInFolder(file: File): string {
  const slash = file.webkitRelativePath.indexOf('/')
  return slash === -1 ? file.name : file.webkitRelativePath.slice(slash + 1)
}
