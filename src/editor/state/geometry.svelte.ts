import { SvelteMap } from 'svelte/reactivity'
import type { DocumentLink, Point, Rectangle } from '../../graph/document.ts'
import type { MarkKey } from './marks.ts'
import { wireId } from './wire-id.ts'

export type { Point }

export type Side = 'input' | 'output'

export interface SocketAddress {
  readonly node: string
  readonly side: Side
  readonly socket: string
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** A line that shows what a dragged thing is in line with: at `at` of its axis, over what it joins. */
export interface Guide {
  readonly axis: 'x' | 'y'
  readonly at: number
  readonly from: number
  readonly to: number
}

/** What a card takes before it was measured. */
const UNMEASURED: Size = { width: 236, height: 160 }

const key = ({ node, side, socket }: SocketAddress): string => `${node} ${side} ${socket}`

/**
 * Where nodes, sockets, frames and notes are on the canvas, in canvas units. Positions are live during a drag, before the
 * document knows; sizes and socket offsets are measured from the DOM whenever a node changes its size, so wires follow a
 * growing preview.
 */
export class Geometry {
  readonly nodes = new SvelteMap<string, Point>()
  readonly sizes = new SvelteMap<string, Size>()
  /** Of frames and notes while they are moved or resized. */
  readonly boxes = new SvelteMap<MarkKey, Rectangle>()
  /** Points of wires while they are moved, by the wire's id. */
  readonly ways = new SvelteMap<string, readonly Point[]>()
  /** Pixels of the window per canvas unit. */
  zoom = $state(1)
  /** The part of the canvas that can be seen. */
  seen = $state.raw<Rectangle>({ x: 0, y: 0, width: 0, height: 0 })
  guides = $state.raw<readonly Guide[]>([])
  readonly #offsets = new SvelteMap<string, Point>()
  readonly #elements = new Map<
    string,
    Map<string, { readonly address: SocketAddress; readonly element: HTMLElement }>
  >()

  /** Centre of a socket, undefined until it is measured. */
  socket(address: SocketAddress): Point | undefined {
    const node = this.nodes.get(address.node)
    const offset = this.#offsets.get(key(address))
    return node && offset && { x: node.x + offset.x, y: node.y + offset.y }
  }

  /** What a node covers, undefined while it is not on the canvas. */
  box(node: string): Rectangle | undefined {
    const at = this.nodes.get(node)
    return at && { ...at, ...(this.sizes.get(node) ?? UNMEASURED) }
  }

  /** The points that a wire is led through. */
  way(link: DocumentLink): readonly Point[] {
    return this.ways.get(wireId(link)) ?? link.via ?? []
  }

  /** Takes part in measuring until the returned function is called. */
  track(address: SocketAddress, element: HTMLElement): () => void {
    const { node } = address
    const sockets = this.#elements.get(node) ?? new Map()
    this.#elements.set(node, sockets.set(key(address), { address, element }))
    return () => {
      sockets.delete(key(address))
      if (sockets.size === 0) this.#elements.delete(node)
      this.#offsets.delete(key(address))
    }
  }

  /** Measures a node and all its sockets, relative to the positioned element that is moved. */
  measure(node: string, view: HTMLElement): void {
    const { offsetWidth: width, offsetHeight: height } = view
    const size = this.sizes.get(node)
    if (size?.width !== width || size.height !== height) this.sizes.set(node, { width, height })
    for (const { address, element } of this.#elements.get(node)?.values() ?? []) {
      const next = centreWithin(element, view)
      const before = this.#offsets.get(key(address))
      if (next && (before?.x !== next.x || before.y !== next.y)) this.#offsets.set(key(address), next)
    }
  }

  forget(node: string): void {
    this.nodes.delete(node)
    this.sizes.delete(node)
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
