import { readFile } from 'node:fs/promises'
import { AppError } from '../../base/errors.ts'
import { parseDocument, type ReadDocument } from '../../graph/validate.ts'
import { nodes } from '../registry.ts'

/** Reads a graph. Errors: `cli/no-file`, and those of `parseDocument`. */
export async function readGraph(path: string): Promise<ReadDocument> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError('cli/no-file', `The graph ${path} cannot be read.`, { fix: 'Check the path.', cause })
  })
  // Windows editors may begin a text file with a byte order mark, which is not JSON.
  return parseDocument(text.replace(/^\uFEFF/, ''), nodes)
}
