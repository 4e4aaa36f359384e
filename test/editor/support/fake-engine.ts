import type {
  BackendChoice,
  CheckpointRow,
  EngineClient,
  EngineEvents,
  GivenFolder,
} from '../../../src/engine/client.ts'
import type { BackendInfo, Look, NodeState } from '../../../src/engine/events.ts'
import type { GraphDocument } from '../../../src/graph/document.ts'
import { ancestors, order } from '../../../src/graph/topology.ts'
import type { Catalogue } from '../../../src/node/catalogue.ts'
import type { PictureRef } from '../../../src/node/params.ts'

const INFO: BackendInfo = {
  backend: 'wasm',
  adapter: '2 threads (WebAssembly)',
  reason: 'No WebGPU adapter was found.',
}
const ROWS: readonly CheckpointRow[] = [
  { id: 'marigold-nano', name: 'Marigold nano', about: 'The checkpoint that comes with the editor.', bytes: 2e7 },
]

/** Draws a picture for a node; absent where there is no canvas (unit tests). */
export type Draw = (seed: number, width: number, height: number) => Promise<ImageBitmap>

/**
 * An engine without models for the editor's own tests: true about what is cached, stale and blocked, and about the order
 * of events; its pictures are patterns.
 */
export class FakeEngine implements EngineClient {
  readonly runs: (readonly string[] | undefined)[] = []
  /** What each of them was of. */
  readonly documents: GraphDocument[] = []
  backend: BackendChoice = 'auto'
  #document: GraphDocument | undefined
  #look: Look | undefined
  readonly #cached = new Set<string>()
  #run = 0

  constructor(
    private readonly events: EngineEvents,
    private readonly catalogue: Catalogue,
    private readonly options: { readonly step?: number; readonly draw?: Draw } = {},
  ) {
    queueMicrotask(() => events.ready(INFO, [...catalogue.values()], ROWS))
  }

  update(document: GraphDocument): void {
    this.#document = document
    this.events.states(this.#states(document))
  }

  run(document: GraphDocument, targets?: readonly string[]): void {
    this.runs.push(targets)
    this.documents.push(document)
    this.#document = document
    void this.#execute(document, targets, ++this.#run)
  }

  cancel(): void {
    this.#run++
    this.events.cancelled()
    if (this.#document) this.update(this.#document)
  }

  async addPicture(file: Blob, name: string): Promise<PictureRef> {
    const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
    const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    return { from: 'file', name, sha256 }
  }

  async addCheckpoint({ name }: GivenFolder): Promise<CheckpointRow> {
    return { id: `folder:${name}`, name, about: '', bytes: 1 }
  }

  view(look: Look): void {
    this.#look = look
    void this.#viewed()
  }

  leave(): void {}

  relief(): void {}

  async read(): Promise<undefined> {}

  async measure(): Promise<undefined> {}

  async pin(): Promise<void> {}

  async compare(): Promise<undefined> {}

  async #viewed(): Promise<void> {
    const document = this.#document
    if (!document || !this.#look) return
    const { node, socket, member } = this.#look
    if (this.#cached.has(this.#key(document, node))) await this.#picture(node, socket, true, member ?? 0)
  }

  use(backend: BackendChoice): void {
    this.backend = backend
    this.#run++
    this.events.restarted('What computes was changed.', false)
  }

  async keptBytes(): Promise<number> {
    return 1e6 * this.#cached.size
  }

  async forgetResults(): Promise<void> {
    this.#cached.clear()
    if (this.#document) this.update(this.#document)
  }

  limitMemory(): void {}

  dispose(): void {
    this.#run++
  }

  #key(document: GraphDocument, id: string): string {
    const parts = document.nodes
      .filter((node) => ancestors(document, [id]).has(node.id))
      .map(({ id, type, params }) => [id, type, params, document.links.filter((link) => link.to.node === id)])
    return `${id} ${JSON.stringify(parts)}`
  }

  #states(document: GraphDocument): Map<string, NodeState> {
    const states = new Map<string, NodeState>()
    for (const node of document.nodes) {
      const inputs = Object.entries(this.catalogue.get(node.type)?.inputs ?? {})
      const open = inputs.find(
        ([name, port]) => !port.optional && !document.links.some(({ to }) => to.node === node.id && to.socket === name),
      )
      if (open) {
        const error = { code: 'graph/open-input', message: `Nothing is connected to ${open[0]}.`, node: node.id }
        states.set(node.id, { phase: 'blocked', error })
      } else if (this.#cached.has(this.#key(document, node.id))) states.set(node.id, { phase: 'cached' })
      else states.set(node.id, { phase: 'stale', members: 1, of: 1 })
    }
    return states
  }

  async #execute(document: GraphDocument, targets: readonly string[] | undefined, run: number): Promise<void> {
    const states = this.#states(document)
    const wanted = targets ?? document.nodes.filter(({ type }) => this.catalogue.get(type)?.sink).map(({ id }) => id)
    const needed = ancestors(document, wanted)
    const ids = order(document).ids.filter((id) => needed.has(id))
    const blocked = ids.map((id) => states.get(id)).find((state) => state?.phase === 'blocked')
    if (blocked?.phase === 'blocked') return this.events.failed(blocked.error)
    const began = performance.now()
    for (const [index, id] of ids.entries()) {
      const type = this.catalogue.get(document.nodes.find((node) => node.id === id)?.type ?? '')
      const steps = type?.heavy ? 4 : 1
      if (states.get(id)?.phase === 'stale') {
        for (let step = 0; step < steps; step++) {
          states.set(id, { phase: 'running', members: [0], of: 1, step, steps })
          this.events.states(new Map(states))
          this.events.progress(index / ids.length, (ids.length - index) / 4)
          await new Promise((resolve) => setTimeout(resolve, this.options.step ?? 0))
          if (run !== this.#run) return
        }
        this.#cached.add(this.#key(document, id))
        states.set(id, { phase: 'done', ms: steps * (this.options.step ?? 1), computed: 1, cached: 0 })
      }
      const socket = Object.keys(type?.outputs ?? {})[0] ?? 'value'
      if (type?.type !== 'input/load-checkpoint') await this.#picture(id, socket, false, 0)
    }
    if (run !== this.#run) return
    this.events.states(states)
    await this.#viewed()
    this.events.finished({ backend: 'wasm', adapter: INFO.adapter, ms: performance.now() - began, nodes: [] })
  }

  async #picture(node: string, socket: string, full: boolean, member: number): Promise<void> {
    const size = { width: 768, height: 512 }
    const bitmap = await this.options.draw?.(node.length + member, full ? 768 : 300, full ? 512 : 200)
    if (bitmap) this.events.preview({ node, socket, full, member, kind: 'image', size, members: 1, bitmap })
  }
}
