import type { DocumentLink } from '../../graph/document.ts'
import { convertible, convertibleOn } from '../state/converting.ts'
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

  /** Why the wire does not fit there, and whether a node could convert it: told of a socket once while the pointer is over it. */
  let judged: { readonly at: SocketAddress; readonly reason: string | undefined } | undefined
  function judge(start: SocketAddress, socket: SocketAddress): string | undefined {
    if (judged && equal(judged.at, socket)) return judged.reason
    const reason = refusal(store.document, editor.run.catalogue, start, socket)
    const converts = reason !== undefined && convertible(editor, start, socket) !== undefined
    judged = { at: socket, reason: converts ? SAY.converts(reason) : reason }
    return judged.reason
  }

  /** Offers nodes that convert a wire, beside the socket where it was let go. */
  function offer(link: DocumentLink, lifted: DocumentLink | undefined, at: Point): void {
    editor.palette = { at, canvas: toCanvas(at), conversion: { link, lifted } }
  }

  return {
    take(socket) {
      judged = undefined
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
      const refused = refusal(store.document, editor.run.catalogue, drawing.start, socket) !== undefined
      const link = refused ? convertible(editor, drawing.start, socket) : undefined
      if (link) offer(link, drawing.lifted, placeOf(socket) ?? pointer())
      else editor.connect(drawing.start, socket, drawing.lifted)
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
      if (socket) return void editor.connect(drawing.start, socket, drawing.lifted)
      const link = convertibleOn(editor, drawing.start, node)
      if (link) offer(link, drawing.lifted, at)
      else editor.say(SAY.nothingFits)
    },
    over(client) {
      const drawing = wiring.drawing
      if (!drawing) return
      const socket = socketAt(client)
      if (!socket || equal(socket, drawing.start)) {
        wiring.hint = undefined
        judged = undefined
        return
      }
      const reason = judge(drawing.start, socket)
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

/** Where a socket is in the window. */
function placeOf({ node, side, socket }: SocketAddress): Point | undefined {
  const of = `[data-of="${CSS.escape(node)}"][data-side="${side}"][data-socket="${CSS.escape(socket)}"]`
  const box = document.querySelector(of)?.getBoundingClientRect()
  return box && { x: box.left, y: box.bottom }
}

function socketAt({ x, y }: Point): SocketAddress | undefined {
  const data = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-socket]')?.dataset
  if (data?.socket === undefined || data.of === undefined) return undefined
  return { node: data.of, side: data.side === 'input' ? 'input' : 'output', socket: data.socket }
}
