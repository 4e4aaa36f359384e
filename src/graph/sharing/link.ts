import { AppError } from '../../base/errors.ts'
import type { GraphDocument } from '../document.ts'
import { LIMITS } from '../limits.ts'
import { deflate, inflate } from './deflate.ts'
import { shareableText } from './shareable.ts'

const START = '#g='
/** Characters of a link: more are cut off by what people send links with. */
const LONGEST = 32_000

/**
 * The fragment of a link that carries a graph: `#g=` and the JSON of what is shareable of it, deflated, as base64url. A
 * fragment is not sent to any server. Errors: `graph/too-large`.
 */
export async function linkOf(document: GraphDocument): Promise<string> {
  const packed = await deflate(new TextEncoder().encode(shareableText(document)), 'deflate-raw')
  const link = START + toBase64Url(packed)
  if (link.length <= LONGEST) return link
  throw new AppError('graph/too-large', `A link to this graph would have ${link.length} characters.`, {
    fix: 'Save it, and send the file.',
  })
}

/**
 * The text of the graph in a fragment, which is still to be read as any file is; undefined when there is none. Errors:
 * `graph/damaged`, `graph/too-large`.
 */
export async function graphInLink(fragment: string): Promise<string | undefined> {
  if (!fragment.startsWith(START)) return undefined
  const letters = fragment.slice(START.length)
  if (fragment.length > LONGEST) {
    throw new AppError('graph/too-large', `The link has ${fragment.length} characters, at most ${LONGEST} are read.`, {
      fix: 'Ask for the graph as a file.',
    })
  }
  if (!/^[A-Za-z0-9_-]+$/.test(letters) || letters.length % 4 === 1) {
    throw new AppError('graph/damaged', 'The link is damaged: it is cut off, or has characters that no link has.', {
      fix: 'Copy the whole link, or ask for the graph as a file.',
    })
  }
  const bytes = await inflate(fromBase64Url(letters), 'deflate-raw', LIMITS.text)
  return new TextDecoder().decode(bytes)
}

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
