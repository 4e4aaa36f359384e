import type { Json } from '../base/json.ts'
import type { DocumentLink, DocumentNode, GraphDocument, SocketRef } from './document.ts'

/** The JSON text of a document: keys in a fixed order, two spaces, so that equal documents give equal files. */
export const serialize = (document: GraphDocument): string => `${JSON.stringify(ordered(document), null, 2)}\n`

const ordered = ({ format, schema, title, nodes, links }: GraphDocument) => ({
  format,
  schema,
  title,
  nodes: nodes.map(orderedNode),
  links: links.map(({ from, to }: DocumentLink) => ({ from: orderedSocket(from), to: orderedSocket(to) })),
})

const orderedNode = ({ id, type, version, title, position: { x, y }, params }: DocumentNode) => ({
  id,
  type,
  version,
  ...(title !== undefined && { title }),
  position: { x, y },
  params: sorted(params),
})

const orderedSocket = ({ node, socket }: SocketRef) => ({ node, socket })

function sorted(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) return value.map(sorted)
  const keys = Object.keys(value).sort()
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key] ?? null)]))
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
