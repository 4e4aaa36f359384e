import { getContext } from 'svelte'
import type { SocketAddress } from '../state/geometry.svelte.ts'
import type { Mover } from './mover.ts'
import type { WireGestures } from './wire-flow.ts'

/** What a component on the canvas can ask of it. */
export interface CanvasLink {
  readonly gestures: WireGestures
  readonly mover: Mover
  /** Pixels of the window per canvas unit. */
  zoom(): number
  /** Puts a note that is new over the nodes that are there, and those that come with it. */
  raise(element: HTMLElement): void
  /** A socket is on the screen. Returns how to take it away. */
  socket(address: SocketAddress, element: HTMLElement): () => void
}

export const CANVAS = Symbol('canvas')

export const useCanvas = (): CanvasLink => getContext<CanvasLink>(CANVAS)
