import type { PlannedNode, Source } from './resolve.ts'

/** Which members of which sources one member of a node takes. */
export interface NeededMembers {
  readonly socket: string
  readonly source: Source
  readonly members: readonly number[]
}

/** An `each` input takes all members; an ordinary one the member of the same index, or the only value there is. */
export function neededMembers(node: PlannedNode, member: number): readonly NeededMembers[] {
  return [...node.sources].map(([socket, source]) => {
    if (node.definition.inputs[socket]?.each === true) return { socket, source, members: [...source.node.keys.keys()] }
    return { socket, source, members: [source.node.mapped ? member : 0] }
  })
}

/** The keys of those members. */
export const needs = (node: PlannedNode, member: number): readonly string[] =>
  neededMembers(node, member).flatMap(({ source, members }) => members.map((index) => source.node.keys[index] ?? ''))
