import { NodeEditor } from 'rete'
import { AreaExtensions, AreaPlugin } from 'rete-area-plugin'
import { ConnectionPlugin } from 'rete-connection-plugin'
import type { GraphDocument } from '../../graph/document.ts'
import { EDITOR, type CanvasView, type Editor } from '../state/editor.svelte.ts'
import type { Point } from '../state/geometry.svelte.ts'
import { diff, type Change } from './diff.ts'
import { dragNodes } from './drag-nodes.ts'
import { CANVAS, type CanvasLink } from './context.ts'
import { SvelteRenderer, type Components } from './renderer.svelte.ts'
import { ReteNode, ReteWire, type Schemes, type SocketSignal } from './schemes.ts'
import { WireFlow } from './wire-flow.ts'
import { wireGestures } from './wire-gestures.ts'

export const ZOOM = { min: 0.15, max: 2 } as const

export interface Canvas extends CanvasView {
  readonly area: AreaPlugin<Schemes, SocketSignal>
  /** Lets go of a wire that is being drawn. */
  dropWire(): void
  destroy(): void
}

/** Rete as a view of the document: the document changes, Rete is told; what the pointer does becomes a command. */
export function createCanvas(container: HTMLElement, editor: Editor, components: Components): Canvas {
  const rete = new NodeEditor<Schemes>()
  const area = new AreaPlugin<Schemes, SocketSignal>(container)
  const wires = new ConnectionPlugin<Schemes, SocketSignal>()
  let pointer: Point = { x: 0, y: 0 }

  const toCanvas = ({ x, y }: Point): Point => {
    const { left, top } = container.getBoundingClientRect()
    const { k, ...origin } = area.area.transform
    return { x: (x - left - origin.x) / k, y: (y - top - origin.y) / k }
  }
  const middle = (): Point => {
    const { left, top, width, height } = container.getBoundingClientRect()
    return toCanvas({ x: left + width / 2, y: top + height / 2 })
  }
  const gestures = wireGestures(editor, () => pointer, toCanvas)

  const link: CanvasLink = {
    gestures,
    socket({ node, side, socket }, element) {
      const data = { type: 'socket', element, nodeId: node, side, key: socket } as const
      void area.emit({ type: 'render', data })
      return () => void area.emit({ type: 'unmount', data: { element } })
    },
  }
  const context = new Map<unknown, unknown>([
    [EDITOR, editor],
    [CANVAS, link],
  ])

  rete.use(area)
  // Before the wires: they ask where the pointer is when they are let go.
  area.addPipe((signal) => {
    if (signal.type === 'pointermove' || signal.type === 'pointerup' || signal.type === 'pointerdown') {
      pointer = { x: signal.data.event.clientX, y: signal.data.event.clientY }
      if (signal.type === 'pointermove') gestures.over(pointer)
    }
    if (signal.type === 'zoom') {
      if (signal.data.source === 'dblclick') return undefined
      const zoom = Math.min(ZOOM.max, Math.max(ZOOM.min, signal.data.zoom))
      return { ...signal, data: { ...signal.data, zoom } }
    }
    return signal
  })
  area.use(new SvelteRenderer(components, context))
  area.use(wires)
  wires.addPreset(() => new WireFlow(gestures, () => editor.wiring.end()))
  AreaExtensions.zIndexNodesOrder(area)
  const stopDragging = dragNodes(area, container, editor)

  let shown: GraphDocument = { ...editor.store.document, nodes: [], links: [] }
  let queue = Promise.resolve()
  const sync = (document: GraphDocument) => {
    queue = queue.then(async () => {
      for (const change of diff(shown, document)) await perform(change)
      shown = document
    })
  }

  async function perform(change: Change): Promise<void> {
    switch (change.do) {
      case 'removeWire':
        await rete.removeConnection(change.id)
        return
      case 'removeNode':
        await rete.removeNode(change.id)
        editor.geometry.nodes.delete(change.id)
        return
      case 'addNode':
        editor.geometry.nodes.set(change.node.id, change.node.position)
        await rete.addNode(new ReteNode(change.node.id))
        await area.translate(change.node.id, change.node.position)
        return
      case 'move':
        await area.translate(change.node.id, change.node.position)
        return
      case 'addWire':
        await rete.addConnection(new ReteWire(change.link))
    }
  }

  function lookAt(ids: readonly string[], most: number): void {
    const views = ids.flatMap((id) => area.nodeViews.get(id) ?? [])
    if (views.length === 0) return
    const box = {
      left: Math.min(...views.map(({ position }) => position.x)),
      top: Math.min(...views.map(({ position }) => position.y)),
      right: Math.max(...views.map(({ position, element }) => position.x + element.offsetWidth)),
      bottom: Math.max(...views.map(({ position, element }) => position.y + element.offsetHeight)),
    }
    const [width, height] = [container.clientWidth, container.clientHeight]
    const margin = Math.min(28, width / 16)
    const fit = Math.min((width - 2 * margin) / (box.right - box.left), (height - 2 * margin) / (box.bottom - box.top))
    const k = Math.max(ZOOM.min, Math.min(fit, most))
    area.area.transform.x = width / 2 - ((box.left + box.right) / 2) * k
    area.area.transform.y = height / 2 - ((box.top + box.bottom) / 2) * k
    void area.area.zoom(k)
  }

  const stop = editor.store.onChange(sync)
  sync(editor.store.document)

  return {
    area,
    toCanvas,
    fit: () => void queue.then(() => requestAnimationFrame(() => lookAt([...area.nodeViews.keys()], 1))),
    fitSelection() {
      const { ids } = editor.selection
      lookAt(ids.size > 0 ? [...ids] : [...area.nodeViews.keys()], 1)
    },
    zoomBy(factor) {
      const { x, y, k } = area.area.transform
      const to = Math.min(ZOOM.max, Math.max(ZOOM.min, k * factor))
      const [dx, dy] = [container.clientWidth / 2 - x, container.clientHeight / 2 - y]
      void area.area.zoom(to, dx * (1 - to / k), dy * (1 - to / k))
    },
    show: (node) => void queue.then(() => lookAt([node], area.area.transform.k)),
    middle,
    pointed: () => (container.matches(':hover') ? toCanvas(pointer) : middle()),
    dropWire() {
      editor.wiring.end()
      wires.drop()
    },
    destroy() {
      stop()
      stopDragging()
      area.destroy()
      area.area.content.holder.remove()
    },
  }
}
