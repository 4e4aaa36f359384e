import type { Command } from '../../graph/commands.ts'
import type { GraphDocument, GroupDefinition } from '../../graph/document.ts'
import { groupTypeOf } from '../../graph/groups/flatten.ts'
import { groupsOf } from '../../graph/groups/used.ts'

/** What brings the definition into a document that a node to be added is of, where it is of one that is offered. */
export function defining(
  { groups = [] }: GraphDocument,
  offered: readonly GroupDefinition[],
  type: string,
): readonly Command[] {
  const is = (group: GroupDefinition): boolean => groupTypeOf(group) === type
  const group = groups.some(is) ? undefined : offered.find(is)
  return group === undefined ? [] : [{ do: 'setGroups', groups: [...groups, group] }]
}

/** What takes the definitions away of which no node is left when some are gone: a graph without groups has none of them. */
export function undefining(document: GraphDocument, gone: ReadonlySet<string>): readonly Command[] {
  const nodes = document.nodes.filter(({ id }) => !gone.has(id))
  const left = groupsOf(document, nodes)
  return left.length === (document.groups?.length ?? 0) ? [] : [{ do: 'setGroups', groups: left }]
}
