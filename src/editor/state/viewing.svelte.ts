import type { EngineClient } from '../../engine/client.ts'
import type { Display } from '../../engine/events.ts'
import type { GraphDocument } from '../../graph/document.ts'
import type { NodeInfo } from '../../node/catalogue.ts'
import type { OutputPort, InputPort } from '../../node/ports.ts'
import { PICTURES } from '../../node/values.ts'

const pictureLike = (port: OutputPort | InputPort): boolean =>
  port.kind === 'any' || port.kind === 'same' ? port.of.some((kind) => PICTURES.has(kind)) : PICTURES.has(port.kind)

/** The socket of a node type whose picture is shown; a node without outputs shows what it is given. */
export function shownSocket(type: NodeInfo): string | undefined {
  const ports = Object.entries(type.sink ? type.inputs : type.outputs)
  return ports.find(([, port]) => pictureLike(port))?.[0]
}

/** The type of the nodes that are there to be looked at. */
export const VIEW = 'output/view'

/** The node that the viewer shows when none is selected: the first View node, else the last sink, else the last node. */
export function defaultView(document: GraphDocument, types: ReadonlyMap<string, NodeInfo>): string | undefined {
  const shown = document.nodes.filter(({ type }) => {
    const info = types.get(type)
    return info !== undefined && shownSocket(info) !== undefined
  })
  const view = shown.find(({ type }) => type === VIEW)
  return (view ?? shown.filter(({ type }) => types.get(type)?.sink).at(-1) ?? shown.at(-1))?.id
}

/** Which node, socket, member and step the large viewer shows. */
export class Viewing {
  node = $state<string | undefined>()
  socket = $state<string | undefined>()
  /** From 0; undefined: the first one, or the value that is made of all. */
  member = $state<number | undefined>()
  /** One on the way to the result, from 1; the result when undefined. */
  step = $state<number | undefined>()
  /** Colours and range of the viewer alone. */
  display = $state.raw<Display | undefined>()

  /** Looks at another node; the same one keeps its member, step and display. */
  look(node: string | undefined, type: NodeInfo | undefined): void {
    if (node === this.node) return
    this.node = node
    this.socket = type && shownSocket(type)
    this.member = undefined
    this.step = undefined
    this.display = undefined
  }

  /** Tells the engine, whose pictures of it come from now on. */
  tell(client: EngineClient): void {
    const { node, socket, member, step, display } = this
    if (node !== undefined && socket !== undefined)
      client.view({ node, socket, member, step, ...(display && { display }) })
  }
}
