import { AppError } from '../../base/errors.ts'
import { LIMITS } from '../../graph/limits.ts'
import { graphInPng, isPng } from '../../graph/sharing/png.ts'
import { parseDocument, type ReadDocument } from '../../graph/validate.ts'
import { nodes } from '../registry.ts'
import { readBytes, STDIN, whyUnreadable } from './read-file.ts'

/** A UTF-16 unit, which is what the limit counts, takes at most three bytes in UTF-8. */
const MAX_BYTES = 3 * LIMITS.text
/** Of a picture that carries a graph. */
const MAX_PICTURE_BYTES = 256 * 2 ** 20

/**
 * Reads a graph, or the one that a PNG carries; of standard input for "-". Errors: `cli/no-file`, `graph/none`, and those of
 * `graphInPng` and `parseDocument`.
 */
export async function readGraph(path: string, signal: AbortSignal): Promise<ReadDocument> {
  const name = path === STDIN ? 'Standard input' : path
  const bytes = await readBytes(path, (size) => checkSize(size, path), signal).catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause
    throw new AppError('cli/no-file', `The graph ${path} ${whyUnreadable(cause)}.`, { fix: 'Check the path.', cause })
  })
  return parseDocument(isPng(bytes) ? await carriedBy(bytes, name) : textOf(bytes, name), nodes)
}

async function carriedBy(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<string> {
  const text = await graphInPng(bytes)
  if (text !== undefined) return text
  throw new AppError('graph/none', `${name} is a picture that carries no graph.`, {
    fix: 'Give a graph, or a PNG that an Export node has written; a photo is given with --image.',
  })
}

function checkSize(bytes: number, path: string): void {
  if (bytes <= (/\.png$/i.test(path) ? MAX_PICTURE_BYTES : MAX_BYTES)) return
  throw new AppError('graph/too-large', `The file is larger than a graph can be: ${LIMITS.text} characters.`, {
    fix: 'Give a graph that was saved by Marigold Nodes.',
  })
}

function textOf(bytes: Uint8Array, name: string): string {
  try {
    // It leaves out the byte order mark with which Windows editors may begin a file.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new AppError('graph/not-json', `${name} is not a JSON file: it is not text in UTF-8.`, {
      fix: 'Give a graph that was saved by Marigold Nodes.',
      cause,
    })
  }
}
