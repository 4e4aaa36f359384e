import { AppError } from '../base/errors.ts'
import { sourceFolder, type CheckpointFiles } from './files.ts'
import { blobSource } from './source.ts'

/**
 * A folder picked or dropped in a page, by paths relative to it: its files stay on the disk until they are sliced.
 * Errors: `checkpoint/missing-file` when the folder is empty, `checkpoint/unsafe-path`.
 */
export function pickedFolder(name: string, picked: ReadonlyMap<string, Blob>): CheckpointFiles {
  if (picked.size === 0) {
    throw new AppError('checkpoint/missing-file', `The folder ${name} is empty.`, {
      fix: 'Pick the folder with model_index.json in it.',
    })
  }
  return sourceFolder(name, new Map([...picked].map(([path, blob]) => [path, blobSource(blob)])))
}
