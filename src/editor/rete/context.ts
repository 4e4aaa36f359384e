import { getContext } from 'svelte'
import type { SocketAddress } from '../state/geometry.svelte.ts'
import type { WireGestures } from './wire-flow.ts'

/** What a node's component tells the canvas it is on. */
export interface CanvasLink {
  readonly gestures: WireGestures
  /** A socket is on the screen. Returns how to take it away. */
  socket(address: SocketAddress, element: HTMLElement): () => void
}

export const CANVAS = Symbol('canvas')

export const useCanvas = (): CanvasLink => getContext<CanvasLink>(CANVAS)
