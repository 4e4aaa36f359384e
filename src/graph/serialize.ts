import type { Json } from '../base/json.ts'
import type { DocumentLink, DocumentNode, GraphDocument, GroupDefinition, Rectangle, SocketRef } from './document.ts'
import { leastSchema } from './migrate.ts'

/** The JSON text of a document: keys in a fixed order, two spaces, so that equal documents give equal files. */
export const serialize = (document: GraphDocument): string => `${JSON.stringify(ordered(document), null, 2)}\n`

const ordered = ({ format, title, nodes, links, frames, notes, form, opensAs, groups }: GraphDocument) => ({
  format,
  schema: leastSchema({ nodes, ...(groups && { groups }) }),
  title,
  nodes: nodes.map(orderedNode),
  links: links.map(orderedLink),
  ...(frames && {
    frames: frames.map(({ id, title: name, colour, box }) => ({ id, title: name, colour, box: orderedBox(box) })),
  }),
  ...(notes && {
    notes: notes.map(({ id, text, colour, box }) => ({ id, text, ...(colour && { colour }), box: orderedBox(box) })),
  }),
  ...(form && {
    form: form.map(({ node, param, label }) => ({ node, param, ...(label !== undefined && { label }) })),
  }),
  ...(opensAs && { opensAs }),
  ...(groups && { groups: groups.map(orderedGroup) }),
})

/** The same text for equal definitions. */
export const groupText = (group: GroupDefinition): string => JSON.stringify(orderedGroup(group))

const orderedGroup = ({ id, title, about, nodes, links, inputs, outputs, params }: GroupDefinition) => ({
  id,
  title,
  ...(about !== undefined && { about }),
  nodes: nodes.map(orderedNode),
  links: links.map(orderedLink),
  inputs: inputs.map(({ name, to }) => ({ name, to: to.map(orderedSocket) })),
  outputs: outputs.map(({ name, from }) => ({ name, from: orderedSocket(from) })),
  params: params.map(({ name, node, param, label }) => ({
    name,
    node,
    param,
    ...(label !== undefined && { label }),
  })),
})

const orderedLink = ({ from, to, via }: DocumentLink) => ({
  from: orderedSocket(from),
  to: orderedSocket(to),
  ...(via && { via: via.map(({ x, y }) => ({ x, y })) }),
})

const orderedNode = ({
  id,
  type,
  version,
  title,
  bypass,
  collapsed,
  openSeeds,
  position: { x, y },
  params,
}: DocumentNode) => ({
  id,
  type,
  version,
  ...(title !== undefined && { title }),
  ...(bypass && { bypass }),
  ...(collapsed && { collapsed }),
  ...(openSeeds && { openSeeds }),
  position: { x, y },
  params: sorted(params),
})

const orderedBox = ({ x, y, width, height }: Rectangle) => ({ x, y, width, height })

const orderedSocket = ({ node, socket }: SocketRef) => ({ node, socket })

function sorted(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) return value.map(sorted)
  const keys = Object.keys(value).sort()
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key] ?? null)]))
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
