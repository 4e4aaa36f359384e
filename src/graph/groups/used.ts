import type { DocumentNode, GraphDocument, GroupDefinition } from '../document.ts'
import { groupText } from '../serialize.ts'
import { freshId } from '../validate-parts.ts'
import { definitionOf, groupTypeOf } from './flatten.ts'

type Groups = readonly GroupDefinition[]

/** The definitions that some nodes of a document are of, in the document's order. */
export function groupsOf(document: Pick<GraphDocument, 'groups'>, nodes: readonly DocumentNode[]): Groups {
  const used = new Set(nodes.map((node) => definitionOf(node, document)))
  return document.groups?.filter((group) => used.has(group)) ?? []
}

/** A document without the definitions that none of its nodes is of. */
export function withoutUnused({ groups: _, ...document }: GraphDocument, groups: Groups): GraphDocument {
  const used = groupsOf({ groups }, document.nodes)
  return { ...document, ...(used.length > 0 && { groups: used }) }
}

/** Definitions that come to those of a document: one that is there already stays one, another of the same id gets a new one. */
export function joinedGroups(before: Groups, added: Groups): { readonly groups: Groups; typeOf(type: string): string } {
  const groups = [...before]
  const types = new Map<string, string>()
  for (const group of added) {
    const same = groups.find((other) => groupText({ ...other, id: '' }) === groupText({ ...group, id: '' }))
    const id = same?.id ?? freshId(group.id, new Set(groups.map((other) => other.id)))
    if (same === undefined) groups.push({ ...group, id })
    types.set(groupTypeOf(group), groupTypeOf({ id }))
  }
  return { groups, typeOf: (type) => types.get(type) ?? type }
}

/** A node with these seeds drawn anew. */
export const withSeeds = (node: Omit<DocumentNode, 'openSeeds'>, openSeeds: readonly string[]): DocumentNode =>
  openSeeds.length > 0 ? { ...node, openSeeds } : node
