import { SvelteMap } from 'svelte/reactivity'
import type { Point } from '../../graph/document.ts'

export type { Point }

export type Side = 'input' | 'output'

export interface SocketAddress {
  readonly node: string
  readonly side: Side
  readonly socket: string
}

const key = ({ node, side, socket }: SocketAddress): string => `${node} ${side} ${socket}`

/**
 * Where nodes and sockets are on the canvas, in canvas units. Node positions are live during a drag, before the document
 * knows; socket offsets are measured from the DOM whenever a node changes its size, so wires follow a growing preview.
 */
export class Geometry {
  readonly nodes = new SvelteMap<string, Point>()
  readonly #offsets = new SvelteMap<string, Point>()
  readonly #elements = new Map<string, { readonly address: SocketAddress; readonly element: HTMLElement }>()

  /** Centre of a socket, undefined until it is measured. */
  socket(address: SocketAddress): Point | undefined {
    const node = this.nodes.get(address.node)
    const offset = this.#offsets.get(key(address))
    return node && offset && { x: node.x + offset.x, y: node.y + offset.y }
  }

  /** Takes part in measuring until the returned function is called. */
  track(address: SocketAddress, element: HTMLElement): () => void {
    this.#elements.set(key(address), { address, element })
    return () => {
      this.#elements.delete(key(address))
      this.#offsets.delete(key(address))
    }
  }

  /** Measures all sockets of a node relative to the positioned element that Rete moves. */
  measure(node: string, view: HTMLElement): void {
    for (const { address, element } of this.#elements.values()) {
      if (address.node !== node) continue
      const next = centreWithin(element, view)
      const before = this.#offsets.get(key(address))
      if (next && (before?.x !== next.x || before.y !== next.y)) this.#offsets.set(key(address), next)
    }
  }
}

/** Centre of `element` in the unscaled coordinates of `ancestor`; undefined while it is not laid out. */
function centreWithin(element: HTMLElement, ancestor: HTMLElement): Point | undefined {
  let x = element.offsetWidth / 2
  let y = element.offsetHeight / 2
  let current: Element | null = element
  while (current instanceof HTMLElement && current !== ancestor) {
    if (!current.offsetParent) return undefined
    const parent: Element = current.offsetParent
    x += current.offsetLeft + (parent === ancestor ? 0 : parent.clientLeft)
    y += current.offsetTop + (parent === ancestor ? 0 : parent.clientTop)
    current = parent
  }
  return { x, y }
}
