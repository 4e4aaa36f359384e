import { ClassicPreset, type GetSchemes } from 'rete'
import type { Area2D, RenderSignal } from 'rete-area-plugin'
import type { DocumentLink } from '../../graph/document.ts'
import { wireId } from '../state/wire-id.ts'

/** A node of the document, as Rete sees it: an id. What it looks like is read from the document. */
export class ReteNode extends ClassicPreset.Node {
  constructor(id: string) {
    super(id)
    this.id = id
  }
}

/** A wire, shaped as Rete's own (whose constructor wants sockets declared twice). The one being drawn has no link. */
export class ReteWire implements ClassicPreset.Connection<ReteNode, ReteNode> {
  readonly id: string
  readonly source: string
  readonly sourceOutput: string
  readonly target: string
  readonly targetInput: string
  isPseudo?: boolean

  constructor(link: DocumentLink) {
    this.id = wireId(link)
    this.source = link.from.node
    this.sourceOutput = link.from.socket
    this.target = link.to.node
    this.targetInput = link.to.socket
  }
}

export type Schemes = GetSchemes<ReteNode, ReteWire>

export type SocketSignal = RenderSignal<'socket', { nodeId: string; side: 'input' | 'output'; key: string }>

export type Signals = Area2D<Schemes> | SocketSignal
