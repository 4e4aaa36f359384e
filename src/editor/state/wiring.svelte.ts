import type { DocumentLink, DocumentNode, GraphDocument, SocketRef } from '../../graph/document.ts'
import { canConnect } from '../../graph/sockets.ts'
import type { Catalogue } from '../../node/catalogue.ts'
import type { SocketAddress } from './geometry.svelte.ts'

/** The link that two sockets of opposite sides would make. */
export function linkBetween(a: SocketAddress, b: SocketAddress): DocumentLink | undefined {
  if (a.side === b.side) return undefined
  const [from, to] = a.side === 'output' ? [a, b] : [b, a]
  return { from: { node: from.node, socket: from.socket }, to: { node: to.node, socket: to.socket } }
}

/** Why a wire between these sockets is refused, or undefined when it fits. */
export function refusal(
  document: GraphDocument,
  types: Catalogue,
  a: SocketAddress,
  b: SocketAddress,
): string | undefined {
  const link = linkBetween(a, b)
  if (!link) return a.side === 'output' ? 'A wire ends at an input.' : 'A wire starts at an output.'
  return canConnect(document, types, link.from, link.to)
}

/** The socket of a node that a wire dropped on its body goes to: the first free one that fits, else the first that fits. */
export function fittingSocket(
  document: GraphDocument,
  types: Catalogue,
  wire: SocketAddress,
  node: string,
): SocketAddress | undefined {
  const type = types.get(document.nodes.find(({ id }) => id === node)?.type ?? '')
  if (!type) return undefined
  const side = wire.side === 'output' ? 'input' : 'output'
  const fitting = Object.keys(side === 'input' ? type.inputs : type.outputs)
    .map((socket): SocketAddress => ({ node, side, socket }))
    .filter((socket) => refusal(document, types, wire, socket) === undefined)
  const taken = (to: SocketRef) =>
    document.links.some((link) => link.to.node === to.node && link.to.socket === to.socket)
  return fitting.find((socket) => socket.side === 'output' || !taken(socket)) ?? fitting[0]
}

/** The same of a node that is not yet in the document. */
export function socketOnNew(
  document: GraphDocument,
  types: Catalogue,
  wire: SocketAddress,
  node: DocumentNode,
): SocketAddress | undefined {
  return fittingSocket({ ...document, nodes: [...document.nodes, node] }, types, wire, node.id)
}

/** The wire that is being drawn. */
export interface Drawing {
  readonly start: SocketAddress
  /** The link that was taken off its input, to be replaced or removed at the end. */
  readonly lifted: DocumentLink | undefined
}

/** A wire that does not fit, for which nodes are offered that make of what it carries what its end takes. */
export interface Conversion {
  readonly link: DocumentLink
  /** The link that was taken off its input. */
  readonly lifted: DocumentLink | undefined
}

/** What the person is told at the cursor while drawing. */
export interface Hint {
  readonly x: number
  readonly y: number
  readonly text: string
  readonly fits: boolean
}

export class Wiring {
  drawing = $state.raw<Drawing | undefined>()
  hint = $state.raw<Hint | undefined>()
  /** Id of the wire that the node which is being dragged would be put into. */
  aimed = $state.raw<string | undefined>()

  end(): void {
    this.drawing = undefined
    this.hint = undefined
  }
}
