import type { GraphDocument } from '../../graph/document.ts'

export interface LinkedSockets {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

/** The sockets of a node that links end at, in the order of the links. */
export function linkedSockets({ links }: GraphDocument, node: string): LinkedSockets {
  const inputs = new Set(links.flatMap(({ to }) => (to.node === node ? [to.socket] : [])))
  const outputs = new Set(links.flatMap(({ from }) => (from.node === node ? [from.socket] : [])))
  return { inputs: [...inputs], outputs: [...outputs] }
}
