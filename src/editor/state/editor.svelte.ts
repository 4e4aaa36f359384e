import { getContext } from 'svelte'
import { plainError, type PlainError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import type { BackendChoice, CheckpointRow, EngineClient, EngineEvents, GivenFolder } from '../../engine/client.ts'
import type { Display } from '../../engine/events.ts'
import type { Command } from '../../graph/commands.ts'
import type { DocumentLink, DocumentNode, SocketRef } from '../../graph/document.ts'
import type { Problem } from '../../graph/problem.ts'
import { sockets } from '../../graph/sockets.ts'
import { parseDocument, type ReadDocument } from '../../graph/validate.ts'
import type { NodeInfo } from '../../node/catalogue.ts'
import { Documents } from '../drafts/documents.svelte.ts'
import { spills } from '../drafts/spill.ts'
import { SAY, TEXT } from '../text.ts'
import type { CanvasView } from './canvas-view.ts'
import type { Carrier } from './carried.ts'
import { DocumentStore } from './document-store.svelte.ts'
import { Detail } from './detail.svelte.ts'
import { Downloads, type CheckpointDownloads } from './downloads.svelte.ts'
import { Kept, type KeptCheckpoints } from './kept.svelte.ts'
import { duplicate, newNode, type Added } from './edits.ts'
import { defining, undefining } from './group-definitions.ts'
import { Inspecting } from './inspecting.svelte.ts'
import { Mapped } from './mapped.svelte.ts'
import { counted, marksOf, marksRemoved } from './marks.ts'
import { chosen } from './moving.ts'
import type { ExamplePicture } from './examples.ts'
import { Form } from './form.svelte.ts'
import { Geometry, type Point, type SocketAddress } from './geometry.svelte.ts'
import { changesResults } from './changes.ts'
import { looks } from './looks.ts'
import { ledThrough, removal } from './rewiring.ts'
import { RunState } from './run-state.svelte.ts'
import { Runs } from './runs.svelte.ts'
import { Seeds } from './seeds.svelte.ts'
import { Selection } from './selection.svelte.ts'
import type { ViewerView } from './viewer-view.ts'
import { defaultView, Viewing } from './viewing.svelte.ts'
import { linkBetween, refusal, socketOnNew, Wiring, type Conversion } from './wiring.svelte.ts'

export interface PaletteRequest {
  /** Where the menu opens, in window pixels. */
  readonly at: Point
  /** Where the node goes, on the canvas. */
  readonly canvas: Point
  /** The wire that ended here. */
  readonly wire?: SocketAddress
  /** The wire that does not fit here, for which nodes are looked for that convert. */
  readonly conversion?: Conversion
}

/** The engine, and where it can the reading of presets: it knows the migrations of the nodes. */
export interface EditorEngine extends EngineClient {
  open?(text: string): Promise<ReadDocument>
}

/** The editor's state and what can be done with it. Components read it; they change it by calling it. */
export class Editor {
  readonly store = new DocumentStore()
  readonly documents = new Documents(this, globalThis.navigator?.locks, spills())
  readonly selection = new Selection()
  readonly looks = $derived.by(() => looks(this.store.document, this.run.catalogue))
  readonly geometry = new Geometry((node) => this.looks.get(node))
  readonly detail = new Detail(this.geometry)
  readonly mapped = new Mapped(globalThis.localStorage)
  readonly wiring = new Wiring()
  readonly viewing = new Viewing()
  readonly form = new Form(this)
  readonly seeds = new Seeds(this, globalThis.localStorage)
  readonly inspecting: Inspecting
  readonly run: RunState
  readonly runs: Runs
  readonly downloads: Downloads
  readonly kept: Kept
  readonly device: Pick<EngineClient, 'keptBytes' | 'forgetResults' | 'limitMemory' | 'relief' | 'leave'>
  /** False until the first document is there. */
  begun = $state(false)
  status = $state('')
  /** The kinds of all outputs, worked out once per edit for every socket and wire. */
  readonly sockets = $derived.by(() => sockets(this.store.document, this.run.catalogue))
  problems = $state.raw<readonly Problem[]>([])
  /** A mistake that belongs to no run: a file that could not be opened. */
  trouble = $state.raw<PlainError | undefined>()
  palette = $state.raw<PaletteRequest | undefined>()
  /** Pictures that came with a graph: what is done with the first is being asked. */
  carriers = $state.raw<readonly Carrier[]>([])
  /** The node type whose page of help is open. */
  helpOn = $state<string | undefined>()
  canvas: CanvasView | undefined
  viewer: ViewerView | undefined
  /** What is to compute, as the person or the address of the page chose. */
  backend = $state<BackendChoice>('auto')
  readonly #client: EditorEngine
  /** What the last run said. */
  #told = ''

  constructor(
    connect: (events: EngineEvents) => EditorEngine,
    readonly pictures: readonly ExamplePicture[],
    ready: (editor: Editor) => void,
    downloads?: CheckpointDownloads,
    kept?: KeptCheckpoints,
  ) {
    this.kept = new Kept(kept, () => this.#changed())
    this.downloads = new Downloads(downloads, () => this.kept.renew())
    this.run = new RunState((message) => this.say((this.#told = message)), {
      ready: () => ready(this),
      states: () => this.runs.planned(),
      begun: (document) => this.runs.begun(document),
      ended: (finished) => {
        if (finished && this.run.errors.length === 0 && this.runs.document) this.seeds.made(this.runs.document)
        if (this.runs.ended(finished)) this.#keepMember()
      },
      groups: () => this.store.document.groups,
      members: () => {
        // A quick look may have fewer for a moment.
        if (!this.run.running) this.#keepMember()
      },
    })
    this.#client = connect(this.run)
    this.runs = new Runs(this, this.#client)
    this.device = this.#client
    this.backend = this.#client.backend
    this.inspecting = new Inspecting(this.#client)
    this.store.onChange((document, before) => {
      const exists = (id: string) => this.store.node(id) !== undefined
      const marks = new Set(marksOf(document).map(({ key }) => key))
      this.selection.keep(exists, (key) => marks.has(key))
      this.run.keep(exists)
      // Turning a knob does not take away the picture that it changes.
      if (this.viewing.node === undefined || !exists(this.viewing.node)) this.look()
      if (changesResults(before, document)) this.#changed()
    })
  }

  say(message: string): void {
    this.status = message
  }

  type(node: DocumentNode): NodeInfo | undefined {
    const type = this.run.catalogue.get(node.type)
    return type?.version === node.version ? type : undefined
  }

  title(id: string): string {
    const node = this.store.node(id)
    return node ? (node.title ?? this.run.catalogue.get(node.type)?.title ?? node.type) : id
  }

  /** Applies a command; what the document refuses is said and changes nothing. */
  do(command: Command, gesture?: string): boolean {
    try {
      this.store.apply(command, gesture)
      return true
    } catch (error) {
      const { message, fix } = plainError(error)
      this.say(fix ? `${message} ${fix}` : message)
      return false
    }
  }

  undo(): void {
    this.say(this.store.canUndo ? SAY.undone : SAY.nothingToUndo)
    this.store.undo()
  }

  redo(): void {
    this.say(this.store.canRedo ? SAY.redone : SAY.nothingToRedo)
    this.store.redo()
  }

  setParam(node: string, param: string, value: Json, gesture?: string): void {
    if (JSON.stringify(this.store.node(node)?.params[param]) === JSON.stringify(value)) return
    this.do({ do: 'setParam', node, param, value }, gesture)
  }

  /** The node types that can be added; where a wire waits for them, those that it can be connected to. */
  addable(wire?: SocketAddress): readonly NodeInfo[] {
    const types = [...this.run.catalogue.values()]
    if (wire === undefined) return types
    const { document } = this.store
    const origin = { x: 0, y: 0 }
    return types.filter((type) => socketOnNew(document, this.run.catalogue, wire, newNode(document, type, origin)))
  }

  /** Adds a node and, where a wire waits for it, connects it; one step. */
  add(type: NodeInfo, at: Point, wire?: SocketAddress): string {
    const node = newNode(this.store.document, type, at)
    const commands: Command[] = [...defining(this.store.document, this.run.offered, type.type), { do: 'addNode', node }]
    const socket = wire && socketOnNew(this.store.document, this.run.catalogue, wire, node)
    const link = wire && socket && linkBetween(wire, socket)
    if (link) commands.push({ do: 'connect', link })
    this.addAll({ command: { do: 'all', commands }, nodes: [node.id], marks: [] }, () => SAY.added(type.title))
    return node.id
  }

  removeSelected(heal = true): void {
    const { ids, marks, size } = this.selection
    if (size === 0) return
    const { document } = this.store
    const nodes = ids.size > 0 ? [removal(document, this.run.catalogue, ids, heal), ...undefining(document, ids)] : []
    const commands = [...nodes, ...marksRemoved(document, marks)]
    const said = SAY.removed(counted(ids, marks))
    if (this.do({ do: 'all', commands })) this.say(said)
  }

  duplicateSelected(fed = true): void {
    if (this.selection.size === 0) return
    const what = chosen(this.store.document, this.geometry, this.selection)
    this.addAll(duplicate(this.store.document, what, { x: 32, y: 32 }, fed), SAY.duplicated)
  }

  /** Applies it, selects what was added, and says what. Returns false where the document refuses it. */
  addAll({ command, nodes, marks }: Added, said: (what: string) => string): boolean {
    if (!this.do(command)) return false
    this.selection.set(nodes, marks)
    this.look()
    this.say(said(counted(nodes, marks)))
    return true
  }

  /** Connects two sockets or says why not. `lifted` is the link that the wire was, before it was moved: it keeps its points. */
  connect(a: SocketAddress, b: SocketAddress, lifted?: DocumentLink): boolean {
    const reason = refusal(this.store.document, this.run.catalogue, a, b)
    const link = linkBetween(a, b)
    if (reason !== undefined || !link) {
      this.say(reason ?? SAY.nothingFits)
      return false
    }
    const commands: Command[] = lifted ? [{ do: 'disconnect', to: lifted.to }] : []
    commands.push({ do: 'connect', link: ledThrough(link, lifted?.via ?? []) })
    if (!this.do({ do: 'all', commands })) return false
    this.say(SAY.connected(this.title(link.from.node), `${this.title(link.to.node)}, ${link.to.socket}`))
    return true
  }

  disconnect(to: SocketRef): void {
    if (this.do({ do: 'disconnect', to })) this.say(SAY.disconnected)
  }

  /** Shows the selected node in the viewer, or the View node when not exactly one is selected. */
  look(): void {
    const document = this.store.document
    const single = this.selection.single
    const node = single === undefined ? undefined : this.store.node(single)
    const type = node && this.type(node)
    const has = node !== undefined && (this.run.thumbnails.has(node.id) || type?.sink === true)
    const shown = has ? node.id : defaultView(document, this.run.catalogue)
    if (shown !== this.viewing.node) this.view(shown)
  }

  /** Shows a node, whatever is selected. */
  view(shown: string | undefined): void {
    const info = shown === undefined ? undefined : this.run.catalogue.get(this.store.node(shown)?.type ?? '')
    this.viewing.look(shown, info)
    this.viewing.tell(this.#client)
  }

  /** Undefined: as usual, the first one or the value that is made of all. */
  lookAtMember(member: number | undefined): void {
    this.viewing.member = member
    this.viewing.tell(this.#client)
  }

  /** How the viewer draws what it shows; undefined: as usual. */
  display(display: Display | undefined): void {
    this.viewing.display = display
    this.viewing.tell(this.#client)
  }

  /** The last member in place of one that is gone. */
  #keepMember(): void {
    const members = this.run.strips.on(this.viewing.node)?.keys.length ?? 0
    const { member } = this.viewing
    if (members > 0 && member !== undefined && member >= members)
      this.lookAtMember(members > 1 ? members - 1 : undefined)
  }

  /** A step on the way, from 1; undefined: the result. */
  lookAtStep(step: number | undefined): void {
    this.viewing.step = step
    this.viewing.tell(this.#client)
  }

  /** Chooses what computes; results of the other backend stay where they are kept. */
  use(backend: BackendChoice): void {
    this.backend = backend
    this.#client.use(backend)
  }

  /** Reads a preset. Throws (as `parseDocument`) where the file is broken. */
  async read(text: string): Promise<ReadDocument> {
    return this.#client.open?.(text) ?? parseDocument(text, this.run.catalogue)
  }

  async addPicture(file: File): Promise<Json> {
    const ref = await this.#client.addPicture(file, file.name || TEXT.noPicture)
    return { ...ref }
  }

  /** Gives the engine a checkpoint folder; graphs that name it can run from now on. */
  async addCheckpoint(folder: GivenFolder): Promise<CheckpointRow> {
    const row = await this.#client.addCheckpoint(folder)
    this.run.addCheckpoint(row)
    this.kept.given.set(row.id, folder)
    this.#changed()
    return row
  }

  /** Results are other ones from now on: how the last run ended is no longer true of what is shown. */
  #changed(): void {
    if (this.status === this.#told && !this.run.running) this.status = ''
    this.runs.edited()
  }

  dispose(): void {
    this.runs.stop()
    this.#client.dispose()
  }
}

/** Key of the editor in Svelte's context. */
export const EDITOR = Symbol('editor')

export const useEditor = (): Editor => getContext<Editor>(EDITOR)
