import { SvelteMap } from 'svelte/reactivity'
import type { DocumentLink, Point, Rectangle } from '../../graph/document.ts'
import type { Size } from '../../node/values.ts'
import type { MarkKey } from './marks.ts'
import { wireId } from './wire-id.ts'

export type { Point }

export type Side = 'input' | 'output'

export interface SocketAddress {
  readonly node: string
  readonly side: Side
  readonly socket: string
}

/** A line that shows what a dragged thing is in line with: at `at` of its axis, over what it joins. */
export interface Guide {
  readonly axis: 'x' | 'y'
  readonly at: number
  readonly from: number
  readonly to: number
}

/** Of a node's card. */
export const NODE_WIDTH = 236

/** What a card takes before one that looks like it was measured. */
const UNMEASURED: Size = { width: NODE_WIDTH, height: 160 }

const socketKey = ({ side, socket }: Omit<SocketAddress, 'node'>): string => `${side} ${socket}`

interface Measured {
  readonly size: Size
  /** Centres of the sockets, relative to the card. */
  readonly sockets: ReadonlyMap<string, Point>
  /** What it looked like then (looks.ts). */
  readonly look: string | undefined
}

/**
 * Where nodes, sockets, frames and notes are on the canvas, in canvas units. Positions are live during a drag, before the
 * document knows; sizes and socket offsets are measured from the DOM whenever a node changes its size, so wires follow a
 * growing preview. A card that was not drawn whole yet is taken for one that looks like it.
 */
export class Geometry {
  readonly nodes = new SvelteMap<string, Point>()
  readonly #measured = new SvelteMap<string, Measured>()
  /** The smallest that was measured of each look: without what errors and warnings add. */
  readonly #typical = new SvelteMap<string, Measured>()
  /** Of frames and notes while they are moved or resized. */
  readonly boxes = new SvelteMap<MarkKey, Rectangle>()
  /** Points of wires while they are moved, by the wire's id. */
  readonly ways = new SvelteMap<string, readonly Point[]>()
  /** Pixels of the window per canvas unit. */
  zoom = $state(1)
  /** The part of the canvas that can be seen. */
  seen = $state.raw<Rectangle>({ x: 0, y: 0, width: 0, height: 0 })
  guides = $state.raw<readonly Guide[]>([])
  /** Those whose nodes are on the canvas: one without an end would be looked at again for each node that comes on it. */
  wires = $state.raw<readonly DocumentLink[]>([])
  /** By node, then by socket. */
  readonly #elements = new Map<string, Map<string, HTMLElement>>()
  readonly #observed = new Map<HTMLElement, string>()
  /** One for all cards: what has changed in a frame is read at once, before anything is written. */
  readonly #observer = globalThis.ResizeObserver && new ResizeObserver((entries) => this.#measureAll(entries))

  /** `look` tells which cards are taken for each other. */
  constructor(private readonly look: (node: string) => string | undefined = () => undefined) {}

  /** Centre of a socket, undefined until it or that of a card of the same look is measured. */
  socket(address: SocketAddress): Point | undefined {
    const node = this.nodes.get(address.node)
    const offset = this.#of(address.node)?.sockets.get(socketKey(address))
    return node && offset && { x: node.x + offset.x, y: node.y + offset.y }
  }

  /** What was measured of a node while it looks as it did then, or else of one that looks as it does now. */
  #of(node: string): Measured | undefined {
    const [own, look] = [this.#measured.get(node), this.look(node)]
    return own?.look === look ? own : this.#typical.get(look ?? '')
  }

  size(node: string): Size {
    return this.#of(node)?.size ?? UNMEASURED
  }

  /** Whether the size of cards that look like this is known. */
  knows(look: string): boolean {
    return this.#typical.has(look)
  }

  /** What a node covers, undefined while it is not on the canvas. */
  box(node: string): Rectangle | undefined {
    const at = this.nodes.get(node)
    if (!at) return undefined
    const { width, height } = this.size(node)
    return { x: at.x, y: at.y, width, height }
  }

  /** The points that a wire is led through. */
  way(link: DocumentLink): readonly Point[] {
    return this.ways.get(wireId(link)) ?? link.via ?? []
  }

  /** Takes part in measuring until the returned function is called. Where it was is still known then. */
  track(address: SocketAddress, element: HTMLElement): () => void {
    const sockets = this.#elements.get(address.node) ?? new Map()
    this.#elements.set(address.node, sockets.set(socketKey(address), element))
    return () => {
      if (sockets.get(socketKey(address)) === element) sockets.delete(socketKey(address))
      if (sockets.size === 0) this.#elements.delete(address.node)
    }
  }

  /** Measures a card, in the positioned element that is moved, now and whenever its size changes. Returns how to stop. */
  observe(node: string, card: HTMLElement): () => void {
    this.#observed.set(card, node)
    this.#observer?.observe(card)
    return () => {
      this.#observed.delete(card)
      this.#observer?.unobserve(card)
    }
  }

  /** Measures what came on the canvas in this frame, before the browser says so. */
  catchUp(): void {
    for (const [card, node] of this.#observed) {
      const known = this.#measured.get(node)?.look === this.look(node)
      if (!known && card.parentElement) this.#measure(node, card.parentElement)
    }
  }

  #measureAll(entries: readonly ResizeObserverEntry[]): void {
    for (const { target } of entries) {
      const node = this.#observed.get(target as HTMLElement)
      if (node !== undefined && target.parentElement) this.#measure(node, target.parentElement)
    }
  }

  /** Measures a node and all its sockets, relative to the positioned element that is moved. */
  #measure(node: string, view: HTMLElement): void {
    const sockets = new Map<string, Point>()
    for (const [socket, element] of this.#elements.get(node) ?? []) {
      const centre = centreWithin(element, view)
      if (centre) sockets.set(socket, centre)
    }
    this.measured(node, { width: view.offsetWidth, height: view.offsetHeight }, sockets)
  }

  /** A card takes so much room, with the centres of its sockets there. */
  measured(node: string, size: Size, sockets: ReadonlyMap<string, Point> = new Map()): void {
    const now = { size, sockets, look: this.look(node) }
    const before = this.#measured.get(node)
    if (!before || !same(before, now)) this.#measured.set(node, now)
    const typical = this.#typical.get(now.look ?? '')
    if (now.look !== undefined && (!typical || size.height < typical.size.height)) this.#typical.set(now.look, now)
  }

  forget(node: string): void {
    this.nodes.delete(node)
    this.#measured.delete(node)
  }
}

const same = (a: Measured, b: Measured): boolean =>
  a.look === b.look &&
  a.size.width === b.size.width &&
  a.size.height === b.size.height &&
  a.sockets.size === b.sockets.size &&
  [...a.sockets].every(([socket, { x, y }]) => b.sockets.get(socket)?.x === x && b.sockets.get(socket)?.y === y)

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
