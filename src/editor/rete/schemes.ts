import { ClassicPreset, type GetSchemes } from 'rete'
import type { Area2D, RenderSignal } from 'rete-area-plugin'

/** A node of the document, as Rete sees it: an id. What it looks like is read from the document. */
export class ReteNode extends ClassicPreset.Node {
  constructor(id: string) {
    super(id)
    this.id = id
  }
}

/** The wire that is being drawn, as Rete has it. Those of the document it does not know: they are drawn all in one (Wires.svelte). */
export interface ReteWire extends ClassicPreset.Connection<ReteNode, ReteNode> {
  readonly isPseudo?: boolean
}

export type Schemes = GetSchemes<ReteNode, ReteWire>

export type SocketSignal = RenderSignal<'socket', { nodeId: string; side: 'input' | 'output'; key: string }>

export type Signals = Area2D<Schemes> | SocketSignal
