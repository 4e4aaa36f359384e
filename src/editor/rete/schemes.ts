import { ClassicPreset, type GetSchemes } from 'rete'
import type { Area2D, RenderSignal } from 'rete-area-plugin'
import type { DocumentLink } from '../../graph/document.ts'

/** A node of the document, as Rete sees it: an id. What it looks like is read from the document. */
export class ReteNode extends ClassicPreset.Node {
  constructor(id: string) {
    super(id)
    this.id = id
  }
}

/** A wire. The one being drawn has no link (Rete calls it a pseudo connection). */
export class ReteWire extends ClassicPreset.Connection<ReteNode, ReteNode> {
  isPseudo?: boolean

  constructor(link: DocumentLink) {
    super(new ReteNode(link.from.node), link.from.socket, new ReteNode(link.to.node), link.to.socket)
    this.id = wireId(link)
  }
}

/** An input has one wire, so its place names the wire; the source is in it so that a replaced wire is a new one. */
export const wireId = ({ from, to }: DocumentLink): string => `${from.node} ${from.socket} ${to.node} ${to.socket}`

export type Schemes = GetSchemes<ReteNode, ReteWire>

export type SocketSignal = RenderSignal<'socket', { nodeId: string; side: 'input' | 'output'; key: string }>

export type Signals = Area2D<Schemes> | SocketSignal
