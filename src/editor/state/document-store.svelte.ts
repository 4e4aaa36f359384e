import type { Command } from '../../graph/commands.ts'
import {
  SCHEMA,
  type DocumentLink,
  type DocumentNode,
  type GraphDocument,
  type SocketRef,
} from '../../graph/document.ts'
import { History, type HistoryAction } from '../../graph/history.ts'
import { wireId } from './wire-id.ts'

export const EMPTY: GraphDocument = { format: 'marigold-graph', schema: SCHEMA, title: '', nodes: [], links: [] }

export const sameSocket = (a: SocketRef, b: SocketRef): boolean => a.node === b.node && a.socket === b.socket

const socketKey = ({ node, socket }: SocketRef): string => `${node} ${socket}`

/** The document that is being edited, immutable, with its history. Everything on the screen is a view of it. */
export class DocumentStore {
  #history = new History(EMPTY)
  #gestures = 0
  document = $state.raw<GraphDocument>(EMPTY)
  canUndo = $state(false)
  canRedo = $state(false)
  readonly #nodes = $derived(new Map(this.document.nodes.map((node) => [node.id, node])))
  readonly #links = $derived(new Map(this.document.links.map((link) => [socketKey(link.to), link])))
  readonly #wires = $derived(new Map(this.document.links.map((link) => [wireId(link), link])))
  readonly #feeding = $derived(new Set(this.document.links.map(({ from }) => socketKey(from))))
  readonly #listeners = new Set<(document: GraphDocument, before: GraphDocument) => void>()
  /** Told everything that happened to the history, after it has. */
  recorder: ((action: HistoryAction) => void) | undefined

  node(id: string): DocumentNode | undefined {
    return this.#nodes.get(id)
  }

  linkAt(input: SocketRef): DocumentLink | undefined {
    return this.#links.get(socketKey(input))
  }

  /** A link by the id of its wire. */
  link(wire: string): DocumentLink | undefined {
    return this.#wires.get(wire)
  }

  /** Whether anything is connected to an output. */
  feeds(output: SocketRef): boolean {
    return this.#feeding.has(socketKey(output))
  }

  /** Starts a document of its own: nothing before it can be undone. */
  start(document: GraphDocument): void {
    this.use(new History(document))
  }

  /** Goes on with a document and what can be undone of it. */
  use(history: History): void {
    this.#history = history
    // Nothing of the document before is left.
    this.#show(EMPTY)
  }

  /** Commands with the same gesture name that follow each other are one undo step. Throws what the command throws. */
  apply(command: Command, gesture?: string): void {
    this.#act({ do: 'apply', command, ...(gesture !== undefined && { gesture }) })
  }

  undo(): void {
    if (this.canUndo) this.#act({ do: 'undo' })
  }

  redo(): void {
    if (this.canRedo) this.#act({ do: 'redo' })
  }

  /** A name for one drag, one burst of typing. */
  gesture(): string {
    return `gesture-${++this.#gestures}`
  }

  /** Called after every change, also by undo. Returns how to stop. */
  onChange(listener: (document: GraphDocument, before: GraphDocument) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #act(action: HistoryAction): void {
    this.#history.act(action)
    this.recorder?.(action)
    this.#show()
  }

  #show(before = this.document): void {
    this.document = this.#history.document
    this.canUndo = this.#history.canUndo
    this.canRedo = this.#history.canRedo
    for (const listener of this.#listeners) listener(this.document, before)
  }
}
