import { SvelteMap } from 'svelte/reactivity'
import type { PlainError } from '../../base/errors.ts'
import type { CheckpointRow, EngineEvents } from '../../engine/client.ts'
import type {
  BackendInfo,
  MemberPicture,
  Members,
  MemoryNeed,
  NodeState,
  Preview,
  Relief,
  RunReport,
  SpreadPicture,
} from '../../engine/events.ts'
import type { GraphDocument, GroupDefinition } from '../../graph/document.ts'
import { catalogueWith } from '../../graph/groups/types.ts'
import { freeName } from '../../graph/text.ts'
import type { Catalogue, NodeInfo } from '../../node/catalogue.ts'
import { SAY } from '../text.ts'
import { Strips } from './members.svelte.ts'

export interface MadeFile {
  readonly name: string
  readonly url: string
  readonly bytes: number
}

/** What the engine has told: everything that a run shows. */
export class RunState implements EngineEvents {
  backend = $state.raw<BackendInfo | undefined>()
  /** The node types of the program. */
  #types = $state.raw<Catalogue>(new Map())
  /** Groups that can be added to any graph. */
  offered = $state.raw<readonly GroupDefinition[]>([])
  /** By identity, so that an edit which leaves them alone makes no new catalogue. */
  readonly #groups = $derived.by(() => this.on.groups?.())
  /** The node types of the program, the groups of the document, and those that can be added to it. */
  readonly catalogue: Catalogue = $derived.by(() => {
    const own = this.#groups ?? []
    const others = this.offered.filter(({ id }) => !own.some((group) => group.id === id))
    return catalogueWith(this.#types, [...own, ...others])
  })
  #served = $state.raw<readonly CheckpointRow[]>([])
  /** Folders of the person's, which an engine that was started again has as well. */
  #given = $state.raw<readonly CheckpointRow[]>([])
  readonly checkpoints = $derived([...this.#served, ...this.#given])
  nodes = $state.raw<ReadonlyMap<string, NodeState>>(new Map())
  /** What checkpoints take, by choice. */
  needs = $state.raw<ReadonlyMap<string, MemoryNeed>>(new Map())
  running = $state(false)
  done = $state(0)
  secondsLeft = $state<number | undefined>()
  /** What went wrong in the last run: each node that failed or could not begin, or what ended the run. */
  errors = $state.raw<readonly PlainError[]>([])
  notice = $state<string | undefined>()
  files = $state.raw<readonly MadeFile[]>([])
  /** Small pictures by node; the large one is the viewer's. */
  readonly thumbnails = new SvelteMap<string, Preview>()
  large = $state.raw<Preview | undefined>()
  /** Of the 3D view. */
  surface = $state.raw<Relief | undefined>()
  readonly strips = new Strips()
  readonly warnings = new SvelteMap<string, readonly string[]>()
  /** Names of the files that this run has made; when it has finished, those of earlier runs are gone. */
  readonly #made = new Set<string>()
  #abandoned = false

  constructor(
    private readonly say: (message: string) => void,
    private readonly on: {
      ready(): void
      states(): void
      begun(document: GraphDocument): void
      ended(finished: boolean): void
      members(): void
      /** The groups of the document. */
      groups?(): readonly GroupDefinition[] | undefined
    },
  ) {}

  /** The graph of the run that goes on was left for another: its end is not told. */
  abandon(): void {
    this.#abandoned = this.running
  }

  /** Called by the page when it asks for a run. */
  begin(): void {
    this.#abandoned = false
    this.#made.clear()
    this.running = true
    this.done = 0
    this.secondsLeft = undefined
    this.errors = []
    this.notice = undefined
  }

  begun(document: GraphDocument): void {
    this.begin()
    this.on.begun(document)
  }

  ready(info: BackendInfo, catalogue: readonly NodeInfo[], checkpoints: readonly CheckpointRow[]): void {
    this.backend = info
    this.#types = new Map(catalogue.map((node) => [node.type, node]))
    this.#served = checkpoints
    this.on.ready()
  }

  /** A checkpoint can be chosen from now on. */
  addCheckpoint(row: CheckpointRow): void {
    this.#given = [...this.#given.filter(({ id }) => id !== row.id), row]
  }

  states(states: ReadonlyMap<string, NodeState>): void {
    this.nodes = states
    // A warning is true as long as the result that it was said of.
    for (const id of this.warnings.keys()) {
      const phase = states.get(id)?.phase
      if (phase === undefined || phase === 'stale' || phase === 'blocked') this.warnings.delete(id)
    }
    this.on.states()
  }

  /** True when the picture of a node is from before the last change. */
  outdated(id: string): boolean {
    const phase = this.nodes.get(id)?.phase
    return phase === 'stale' || phase === 'waiting' || phase === 'blocked' || phase === 'failed' || phase === 'skipped'
  }

  preview(preview: Preview): void {
    if (preview.full) {
      this.large?.bitmap.close()
      this.large = preview
    } else {
      this.thumbnails.get(preview.node)?.bitmap.close()
      this.thumbnails.set(preview.node, preview)
    }
  }

  members(told: Members): void {
    this.strips.tell(told)
    this.on.members()
  }

  member(picture: MemberPicture): void {
    this.strips.add(picture)
  }

  spread(picture: SpreadPicture): void {
    this.strips.spreads(picture)
  }

  relief(relief: Relief): void {
    this.surface?.photo?.close()
    this.surface = relief
  }

  progress(done: number, secondsLeft: number | undefined): void {
    this.done = done
    this.secondsLeft = secondsLeft
  }

  memory(needs: ReadonlyMap<string, MemoryNeed>): void {
    this.needs = needs
  }

  warned(node: string, message: string): void {
    const before = this.warnings.get(node) ?? []
    if (!before.includes(message)) this.warnings.set(node, [...before, message])
  }

  file(wanted: string, bytes: Uint8Array, mime: string): void {
    const name = freeName(wanted, (taken) => this.#made.has(taken))
    this.#made.add(name)
    const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: mime }))
    const replaced = this.files.find((file) => file.name === name)
    if (replaced) URL.revokeObjectURL(replaced.url)
    this.files = [...this.files.filter((file) => file !== replaced), { name, url, bytes: bytes.byteLength }]
  }

  finished(report: RunReport): void {
    const { ms, failed = [], skipped = [], blocked = [] } = report
    if (!this.#abandoned) this.errors = [...failed, ...blocked]
    this.#forget(({ name }) => !this.#made.has(name))
    this.#tell(SAY.finished(ms, failed.length, skipped.length + blocked.length))
    this.#end(true)
  }

  failed(error: PlainError): void {
    // It says itself what the engine was started again for.
    this.notice = undefined
    if (!this.#abandoned) this.errors = [error]
    this.#tell(SAY.failed(error.message))
    this.#end()
  }

  cancelled(): void {
    this.#tell(SAY.cancelled)
    this.#end()
  }

  restarted(reason: string, repeats: boolean): void {
    this.notice = SAY.restarted(reason, repeats)
    this.say(this.notice)
    if (!repeats) return this.#end()
    this.#made.clear()
    this.running = true
    this.done = 0
    this.secondsLeft = undefined
  }

  /** Another document is shown: its nodes may have the names of those before. */
  forget(): void {
    this.keep(() => false)
    this.nodes = new Map()
    this.needs = new Map()
    this.errors = []
    this.warnings.clear()
    this.strips.clear()
  }

  /** Forgets pictures and errors of nodes that are gone. */
  keep(existing: (id: string) => boolean): void {
    for (const [id, preview] of this.thumbnails) {
      if (existing(id)) continue
      preview.bitmap.close()
      this.thumbnails.delete(id)
    }
    if (this.large && !existing(this.large.node)) {
      this.large.bitmap.close()
      this.large = undefined
    }
    if (this.surface && !existing(this.surface.of.node)) this.forgetSurface()
    if (this.errors.some(({ node }) => node !== undefined && !existing(node)))
      this.errors = this.errors.filter(({ node }) => node === undefined || existing(node))
  }

  forgetSurface(): void {
    this.surface?.photo?.close()
    this.surface = undefined
  }

  dismissFiles(): void {
    this.#forget(() => true)
  }

  #forget(which: (file: MadeFile) => boolean): void {
    for (const { url } of this.files.filter(which)) URL.revokeObjectURL(url)
    this.files = this.files.filter((file) => !which(file))
  }

  #tell(message: string): void {
    if (!this.#abandoned) this.say(message)
  }

  #end(finished = false): void {
    this.running = false
    this.done = 0
    this.secondsLeft = undefined
    this.on.ended(finished)
  }
}
