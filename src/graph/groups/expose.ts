import type { DocumentNode, GraphDocument, GroupDefinition, GroupParam } from '../document.ts'
import { definitionOf } from './flatten.ts'
import { naming } from './naming.ts'

/**
 * The document with a parameter of a part as one of its group, and its name there; the document itself where it is one
 * already. Every node that is of the group is given the part's value, so that nothing else changes.
 */
export function exposed(
  document: GraphDocument,
  group: GroupDefinition,
  of: Pick<GroupParam, 'node' | 'param'>,
): { readonly document: GraphDocument; readonly name: string } {
  const shown = group.params.find(({ node, param }) => node === of.node && param === of.param)
  if (shown !== undefined) return { document, name: shown.name }
  const name = naming(group.params.map((other) => other.name))(of.param)
  const value = group.nodes.find(({ id }) => id === of.node)?.params[of.param] ?? null
  const given = (node: DocumentNode): DocumentNode =>
    definitionOf(node, document) === group ? { ...node, params: { ...node.params, [name]: value } } : node
  const groups = document.groups?.map((other) =>
    other === group ? { ...group, params: [...group.params, { name, ...of }] } : other,
  )
  return { document: { ...document, nodes: document.nodes.map(given), ...(groups && { groups }) }, name }
}
