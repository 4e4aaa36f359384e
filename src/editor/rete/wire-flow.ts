import { Flow, type SocketData } from 'rete-connection-plugin'
import type { SocketAddress } from '../state/geometry.svelte.ts'
import type { Schemes } from './schemes.ts'

export const addressOf = ({ nodeId, side, key }: SocketData): SocketAddress => ({ node: nodeId, side, socket: key })

export interface WireGestures {
  /** A wire is taken at a socket. Returns the socket that it hangs on: for a connected input, the output at its other end. */
  take(socket: SocketAddress): SocketAddress
  /** The wire is put on a socket. */
  put(socket: SocketAddress): void
  /** The wire is let go where there is no socket. */
  drop(): void
}

/**
 * Drawing a wire, by dragging or by two clicks. It changes nothing itself: what a finished wire means is for the document
 * to say, so Rete's own connecting and disconnecting is not used.
 */
export class WireFlow extends Flow<Schemes, never[]> {
  #held: SocketData | undefined
  #taken: SocketData | undefined

  constructor(
    private readonly gestures: WireGestures,
    private readonly ended: () => void,
  ) {
    super()
  }

  override async pick({ socket, event }: { socket: SocketData; event: 'up' | 'down' }): Promise<void> {
    if (!this.#held) {
      if (event !== 'down') return
      const hangs = this.gestures.take(addressOf(socket))
      this.#taken = socket
      // It may hang on a card that is not drawn whole, whose sockets have no elements.
      this.#held = { ...socket, nodeId: hangs.node, side: hangs.side, key: hangs.socket }
      return
    }
    // Letting go of the button where it was pressed is the first of two clicks.
    const same = this.#taken?.element === socket.element
    if (same && event === 'up') return
    this.gestures.put(addressOf(socket))
    this.#end()
  }

  override getPickedSocket(): SocketData | undefined {
    return this.#held
  }

  override drop(): void {
    if (!this.#held) return
    this.gestures.drop()
    this.#end()
  }

  #end(): void {
    this.#held = undefined
    this.#taken = undefined
    this.ended()
  }
}
