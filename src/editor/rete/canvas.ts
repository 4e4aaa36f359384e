import { NodeEditor } from 'rete'
import { AreaPlugin } from 'rete-area-plugin'
import { ConnectionPlugin } from 'rete-connection-plugin'
import type { GraphDocument, Rectangle } from '../../graph/document.ts'
import { pinch } from '../pinch.ts'
import type { CanvasView } from '../state/canvas-view.ts'
import { EDITOR, type Editor } from '../state/editor.svelte.ts'
import type { Point } from '../state/geometry.svelte.ts'
import { Views } from '../state/views.ts'
import type { Box } from './box-select.ts'
import { completing } from './completing.ts'
import { diff, type Change } from './diff.ts'
import { dragNodes } from './drag-nodes.ts'
import { mover } from './mover.ts'
import { CANVAS, type CanvasLink } from './context.ts'
import { SvelteRenderer, type Components } from './renderer.svelte.ts'
import { ReteNode, type Schemes, type SocketSignal } from './schemes.ts'
import { stacking } from './stacking.ts'
import { around, closeUp, firstLook, isSeen, largest, limited, revealed, type ViewTransform } from './view-transform.ts'
import { WireFlow } from './wire-flow.ts'
import { wireGestures } from './wire-gestures.ts'

/** A length as CSS has it, as whole pixels of the screen. */
const pixels = (length: number): string => `${Math.round(length * devicePixelRatio) / devicePixelRatio}px`

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
  const places = new Views(localStorage)
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

  /** Rete's own translate goes through all its plugins, one after the other, for every node. */
  function place(id: string, at: Point): void {
    const view = area.nodeViews.get(id)
    if (!view) return
    view.position = { ...at }
    view.element.style.transform = `translate(${at.x}px, ${at.y}px)`
    editor.geometry.nodes.set(id, at)
  }
  const frame = () => ({ width: container.clientWidth, height: container.clientHeight })
  /** Of the frame: to ask for it at every move would have the page laid out at each. */
  let size = frame()
  const seen = () => {
    const { x, y, k } = area.area.transform
    return { x: -x / k, y: -y / k, width: size.width / k, height: size.height / k }
  }
  const zoom = () => area.area.transform.k
  const move = mover(editor, { zoom, seen, place })

  const link: CanvasLink = {
    gestures,
    mover: move,
    zoom,
    raise: (element) => void requestAnimationFrame(() => settled(() => stack.raise(element))),
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

  area.area.content.holder.className = 'holder'
  rete.use(area)
  // Before the wires: they ask where the pointer is when they are let go.
  area.addPipe((signal) => {
    if (signal.type === 'pointermove' || signal.type === 'pointerup' || signal.type === 'pointerdown') {
      pointer = { x: signal.data.event.clientX, y: signal.data.event.clientY }
      if (signal.type === 'pointermove') gestures.over(pointer)
    }
    if (signal.type === 'zoom') {
      if (signal.data.source === 'dblclick') return undefined
      return { ...signal, data: { ...signal.data, zoom: limited(signal.data.zoom) } }
    }
    return signal
  })
  const renderer = new SvelteRenderer(components, context)
  area.use(renderer)
  renderer.layer(area.area.content.holder, components.behind, 'behind')
  renderer.layer(area.area.content.holder, components.wires, 'wires')
  renderer.layer(area.area.content.holder, components.among, 'among')
  area.use(wires)
  wires.addPreset(() => new WireFlow(gestures, () => editor.wiring.end()))
  const stack = stacking(area, container)
  dragNodes(area, editor, move)
  const stopPinching = pinch(container, (by, from, to) => {
    const { x, y, k } = area.area.transform
    const zoom = limited(k * by)
    area.area.transform.x = to.x - ((from.x - x) * zoom) / k
    area.area.transform.y = to.y - ((from.y - y) * zoom) / k
    void area.area.zoom(zoom)
  })

  const { geometry } = editor
  const cards = completing(editor, container, seen)
  let shown: GraphDocument = { ...editor.store.document, nodes: [] }
  let queue = Promise.resolve()
  const sync = (document: GraphDocument) => {
    cards.foresee()
    queue = queue.then(async () => {
      const changes = diff(shown, document)
      const gone = new Set(changes.flatMap((change) => (change.do === 'removeNode' ? [change.id] : [])))
      if (gone.size > 0)
        geometry.wires = geometry.wires.filter(({ from, to }) => !gone.has(from.node) && !gone.has(to.node))
      for (const change of changes) await perform(change)
      geometry.wires = document.links
      shown = document
      if (changes.length > 0) cards.changed()
    })
  }

  async function perform(change: Change): Promise<void> {
    switch (change.do) {
      case 'removeNode':
        await rete.removeNode(change.id)
        editor.geometry.forget(change.id)
        return
      case 'addNode':
        editor.geometry.nodes.set(change.node.id, change.node.position)
        await rete.addNode(new ReteNode(change.node.id))
        place(change.node.id, change.node.position)
        return
      case 'move':
        place(change.node.id, change.node.position)
    }
  }

  const sides = ({ x, y, width, height }: Rectangle): Box => ({ left: x, top: y, right: x + width, bottom: y + height })
  const boxOf = (id: string): readonly Box[] => {
    const box = editor.geometry.box(id)
    return box ? [sides(box)] : []
  }

  /** Moves the canvas so that the nodes are seen as `view` says; without a node it stays. */
  function look(ids: Iterable<string>, view: (boxes: readonly Box[]) => ViewTransform): void {
    editor.geometry.catchUp()
    const boxes = [...ids].flatMap(boxOf)
    if (boxes.length === 0) return
    const { x, y, k } = view(boxes)
    area.area.transform.x = x
    area.area.transform.y = y
    void area.area.zoom(k)
  }
  const everything = () => look(area.nodeViews.keys(), (boxes) => around(boxes, frame(), largest(frame())))
  /** As the document was left, if anything of it would be seen so. */
  function begin(): void {
    const kept = places.get(editor.documents.active)
    look(area.nodeViews.keys(), (boxes) => {
      const seen = kept && boxes.some((box) => isSeen(box, kept, frame()))
      return seen ? kept : firstLook(boxes, frame())
    })
  }
  const watch = () => {
    const { x, y, k } = area.area.transform
    // With a third dimension the canvas is a layer: by whole pixels it is moved without being painted again.
    area.area.content.holder.style.transform = `translate3d(${pixels(x)}, ${pixels(y)}, 0) scale(${k})`
    editor.geometry.zoom = k
    editor.geometry.seen = seen()
    cards.moved()
    if (editor.store.document.nodes.length > 0) places.set(editor.documents.active, area.area.transform)
  }
  area.addPipe((signal) => {
    if (signal.type === 'translated' || signal.type === 'zoomed') watch()
    return signal
  })
  const resized = new ResizeObserver(() => {
    size = frame()
    editor.geometry.seen = seen()
    cards.moved()
  })
  resized.observe(container)
  const keepPlaces = () => places.keep()
  window.addEventListener('pagehide', keepPlaces)

  /** After the nodes of the last change are there and laid out. */
  const settled = (action: () => void) => void queue.then(() => requestAnimationFrame(action))

  const stop = editor.store.onChange(sync)
  sync(editor.store.document)

  return {
    area,
    toCanvas,
    begin: () => settled(begin),
    fit: () => settled(everything),
    fitSelection: () =>
      settled(() => {
        const { ids } = editor.selection
        if (ids.size === 0) everything()
        else look(ids, (boxes) => around(boxes, frame(), largest(frame())))
      }),
    zoomBy(factor) {
      const { x, y, k } = area.area.transform
      const to = limited(k * factor)
      const [dx, dy] = [container.clientWidth / 2 - x, container.clientHeight / 2 - y]
      void area.area.zoom(to, dx * (1 - to / k), dy * (1 - to / k))
    },
    actualSize() {
      this.zoomBy(1 / area.area.transform.k)
    },
    pan({ x, y }) {
      const now = area.area.transform
      void area.area.translate(now.x + x, now.y + y)
    },
    centre({ x, y }) {
      const { k } = area.area.transform
      void area.area.translate(container.clientWidth / 2 - x * k, container.clientHeight / 2 - y * k)
    },
    show: (node) => settled(() => look([node], (boxes) => closeUp(boxes, frame(), area.area.transform.k))),
    reveal(box) {
      const { x, y } = revealed(sides(box), area.area.transform, frame())
      void area.area.translate(x, y)
    },
    middle,
    get hovered() {
      return container.matches(':hover')
    },
    pointed: () => (container.matches(':hover') ? toCanvas(pointer) : middle()),
    dropWire() {
      editor.wiring.end()
      wires.drop()
    },
    destroy() {
      stop()
      cards.stop()
      stack.stop()
      resized.disconnect()
      window.removeEventListener('pagehide', keepPlaces)
      places.keep()
      stopPinching()
      renderer.destroy()
      area.destroy()
      area.area.content.holder.remove()
    },
  }
}
