import { Scope } from 'rete'
import { mount, unmount, type Component } from 'svelte'
import type { Root } from 'rete'
import type { Point } from '../state/geometry.svelte.ts'
import type { ReteWire, Schemes, Signals } from './schemes.ts'

export interface NodeProps {
  readonly id: string
}

/** The wire that is being drawn. */
export interface LooseWireProps {
  wire: ReteWire
  /** Where its loose end is. */
  start: Point | undefined
  end: Point | undefined
}

export interface Components {
  readonly node: Component<NodeProps>
  readonly looseWire: Component<LooseWireProps>
  /** What lies behind wires and nodes. */
  readonly behind: Component
  /** All wires. */
  readonly wires: Component
  /** What lies on wires: their points under the nodes, notes among them. */
  readonly among: Component
}

interface Mounted {
  readonly app: Record<string, unknown>
  readonly wire?: LooseWireProps
}

/**
 * Draws Rete's nodes, and the wire that is being drawn, with Svelte components. A component is mounted once per element and
 * then follows the editor's state by itself; only the loose end of a wire is passed on from Rete.
 */
export class SvelteRenderer extends Scope<never, [Signals, Root<Schemes>]> {
  readonly #mounted = new Map<HTMLElement, Mounted>()
  readonly #layers: Record<string, unknown>[] = []

  constructor(
    private readonly components: Components,
    private readonly context: Map<unknown, unknown>,
  ) {
    super('svelte')
    this.addPipe((signal) => {
      if (signal.type === 'unmount') this.#remove(signal.data.element)
      else if (signal.type === 'render') {
        const { data } = signal
        if (data.type === 'node') this.#node(data.element, data.payload.id)
        else if (data.type === 'connection') this.#wire(data.element, data.payload, data.start, data.end)
      }
      return signal
    })
  }

  /** A layer of the canvas, moved and enlarged as all of it is. */
  layer(holder: HTMLElement, component: Component, name: string): void {
    const element = document.createElement('div')
    element.className = `layer ${name}`
    holder.append(element)
    this.#layers.push(mount(component, { target: element, context: this.context }))
  }

  destroy(): void {
    for (const app of this.#layers) void unmount(app)
    for (const element of [...this.#mounted.keys()]) this.#remove(element)
  }

  #node(element: HTMLElement, id: string): void {
    if (this.#mounted.has(element)) return
    const app = mount(this.components.node, { target: element, props: { id }, context: this.context })
    this.#mounted.set(element, { app })
  }

  #wire(element: HTMLElement, wire: ReteWire, start: Point | undefined, end: Point | undefined): void {
    const known = this.#mounted.get(element)?.wire
    if (known) {
      known.start = start
      known.end = end
      return
    }
    const props = $state<LooseWireProps>({ wire, start, end })
    element.classList.add('wire-view')
    const app = mount(this.components.looseWire, { target: element, props, context: this.context })
    this.#mounted.set(element, { app, wire: props })
  }

  #remove(element: HTMLElement): void {
    const mounted = this.#mounted.get(element)
    if (!mounted) return
    this.#mounted.delete(element)
    void unmount(mounted.app)
  }
}
