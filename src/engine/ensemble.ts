import type { PlannedNode, Source } from './resolve.ts'

/** Where the members are that are seen at a socket. */
export interface EnsembleAt {
  /** An output of a node that runs once for each member. */
  readonly node: string
  readonly socket: string
  /** The socket itself holds one value, which its node makes of the members. */
  readonly merged: boolean
}

/** The ensemble behind a value: its own members, or those that its node makes one of; undefined where there is none. */
export function ensembleAt({ node, socket }: Source): EnsembleAt | undefined {
  return node.mapped ? { node: node.id, socket, merged: false } : mergedBy(node)
}

/** The members that a node makes one value of. */
export function mergedBy({ definition, mapped, sources }: PlannedNode): EnsembleAt | undefined {
  if (mapped) return undefined
  for (const [socket, source] of sources) {
    if (definition.inputs[socket]?.each === true && source.node.mapped)
      return { node: source.node.id, socket: source.socket, merged: true }
  }
  return undefined
}
