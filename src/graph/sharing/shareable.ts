import type { Json } from '../../base/json.ts'
import type { DocumentNode, GraphDocument } from '../document.ts'
import { serialize } from '../serialize.ts'

/** A document as a link or a picture carries it: the JSON text of what is shareable of it, without spaces. */
export const shareableText = (document: GraphDocument): string =>
  JSON.stringify(JSON.parse(serialize(shareable(document))))

/** A document without the names of the person's own pictures: whoever gets it chooses others. Example pictures stay. */
export function shareable(document: GraphDocument): GraphDocument {
  const groups = document.groups?.map((group) => ({ ...group, nodes: withoutOwn(group.nodes) }))
  return { ...document, nodes: withoutOwn(document.nodes), ...(groups && { groups }) }
}

const withoutOwn = (nodes: readonly DocumentNode[]): readonly DocumentNode[] =>
  nodes.map((node) => ({
    ...node,
    params: Object.fromEntries(Object.entries(node.params).map(([name, value]) => [name, isOwn(value) ? null : value])),
  }))

const isOwn = (value: Json): boolean =>
  value !== null && typeof value === 'object' && 'from' in value && value['from'] === 'file'
