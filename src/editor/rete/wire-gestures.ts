import { sameSocket } from '../state/document-store.svelte.ts'
import type { Editor } from '../state/editor.svelte.ts'
import type { Point, SocketAddress } from '../state/geometry.svelte.ts'
import { fittingSocket, refusal } from '../state/wiring.svelte.ts'
import { SAY } from '../text.ts'
import type { WireGestures } from './wire-flow.ts'

const equal = (a: SocketAddress, b: SocketAddress): boolean =>
  a.node === b.node && a.side === b.side && a.socket === b.socket

/** What drawing a wire does to the document. Used by the pointer (through Rete) and by the keyboard. */
export function wireGestures(
  editor: Editor,
  pointer: () => Point,
  toCanvas: (client: Point) => Point,
): WireGestures & { over(client: Point): void } {
  const { wiring, store } = editor

  /** A wire that was lifted from its input and let go elsewhere is taken away. */
  function letGo(): void {
    const lifted = wiring.drawing?.lifted
    wiring.end()
    if (lifted) editor.disconnect(lifted.to)
    else editor.say(SAY.wireDropped)
  }

  return {
    take(socket) {
      const lifted = socket.side === 'input' ? store.linkAt(socket) : undefined
      const start: SocketAddress = lifted ? { ...lifted.from, side: 'output' } : socket
      wiring.drawing = { start, lifted }
      editor.say(SAY.wireStarted(`${editor.title(start.node)}, ${start.socket}`))
      return start
    },
    put(socket) {
      const drawing = wiring.drawing
      wiring.end()
      if (!drawing || equal(socket, drawing.start)) return
      if (drawing.lifted && socket.side === 'input' && sameSocket(socket, drawing.lifted.to)) return
      editor.connect(drawing.start, socket, drawing.lifted)
    },
    drop() {
      const drawing = wiring.drawing
      if (!drawing) return
      const at = pointer()
      const node = nodeAt(at)
      if (node === undefined) {
        if (drawing.lifted) return letGo()
        wiring.end()
        editor.palette = { at, canvas: toCanvas(at), wire: drawing.start }
        return
      }
      if (node === drawing.start.node || node === drawing.lifted?.to.node) return wiring.end()
      const socket = fittingSocket(store.document, editor.run.catalogue, drawing.start, node)
      wiring.end()
      if (socket) editor.connect(drawing.start, socket, drawing.lifted)
      else editor.say(SAY.nothingFits)
    },
    over(client) {
      const drawing = wiring.drawing
      if (!drawing) return
      const socket = socketAt(client)
      if (!socket || equal(socket, drawing.start)) {
        wiring.hint = undefined
        return
      }
      const reason = refusal(store.document, editor.run.catalogue, drawing.start, socket)
      const text = reason ?? `${editor.title(socket.node)}, ${socket.socket}`
      wiring.hint = { ...client, text, fits: reason === undefined }
      if (reason !== undefined && editor.status !== reason) editor.say(reason)
    },
  }
}

export function nodeAt({ x, y }: Point): string | undefined {
  const { node, photoOf } =
    document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-node], [data-photo-of]')?.dataset ?? {}
  return node ?? photoOf
}

function socketAt({ x, y }: Point): SocketAddress | undefined {
  const data = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-socket]')?.dataset
  if (data?.socket === undefined || data.of === undefined) return undefined
  return { node: data.of, side: data.side === 'input' ? 'input' : 'output', socket: data.socket }
}
