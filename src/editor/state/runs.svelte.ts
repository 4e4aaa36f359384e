import type { EngineClient } from '../../engine/client.ts'
import { forecast, livePlan, shown } from '../../engine/live-plan.ts'
import type { GraphDocument } from '../../graph/document.ts'
import { SAY } from '../text.ts'
import type { DocumentStore } from './document-store.svelte.ts'
import { QUICK_FROM, quickLook } from './quick-look.ts'
import type { RunState } from './run-state.svelte.ts'
import { VIEW, type Viewing } from './viewing.svelte.ts'

/** What runs read of the editor. */
interface Edited {
  readonly store: DocumentStore
  readonly run: RunState
  readonly viewing: Viewing
  say(message: string): void
}

/** When the engine computes, and what: on Run, after edits while it is live, and a quick look first where that pays. */
export class Runs {
  live = $state(true)
  /** Whether a long run is preceded by one with fewer members, at a lower resolution. */
  quick = $state(false)
  /** Milliseconds that Run will take; undefined while this device has not shown it. */
  readonly forecast = $derived.by(() => {
    const { store, run } = this.editor
    return forecast(store.document, run.catalogue, run.nodes, this.#shown())
  })
  /** What the last run, or the one that goes on, is of. */
  document: GraphDocument | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #edited = false
  #ran = false
  /** What is changed now is somebody else's: it is planned, and not computed by itself. */
  #withheld = false
  /** What is computed in full after the quick look that goes on. */
  #afterLook: readonly string[] | undefined

  constructor(
    private readonly editor: Edited,
    private readonly client: Pick<EngineClient, 'run' | 'cancel' | 'update'>,
  ) {}

  /** Computes what is needed for the given nodes, or for all that show something. */
  start(targets = this.#shown()): void {
    this.hold()
    if (targets.length === 0) return this.editor.say(SAY.nothingToRun)
    this.#ran = true
    const look = this.#look()
    this.#afterLook = look && targets
    this.#begin(look ? look.document : this.editor.store.document, look ? [look.node] : targets)
    if (look) this.editor.say(SAY.lookingQuickly)
  }

  /** After opening: what somebody else made runs when it is edited or when Run is pressed, not by itself. */
  hold(): void {
    this.stop()
    this.#edited = false
  }

  /** A change that brings what somebody else made into the document: it is held from the beginning. */
  withhold<T>(change: () => T): T {
    this.#withheld = true
    try {
      return change()
    } finally {
      this.#withheld = false
      this.hold()
    }
  }

  /** Before another document: what was computed of this one is kept, the rest is not wanted. */
  leave(): void {
    this.hold()
    this.#afterLook = undefined
    if (!this.editor.run.running) return
    this.editor.run.abandon()
    this.client.cancel()
  }

  cancel(): void {
    this.stop()
    this.client.cancel()
  }

  /** Starts nothing that waits for its pause. */
  stop(): void {
    clearTimeout(this.#timer)
  }

  /** Results are other ones from now on. */
  edited(): void {
    this.#edited = true
    const { store, viewing } = this.editor
    this.client.update(store.document, this.live && this.#ran && !this.#withheld ? { viewed: viewing.node } : undefined)
  }

  /** The engine has found that what an edit changes takes no time, and computes it. */
  begun(document: GraphDocument): void {
    this.document = document
    this.#afterLook = undefined
    // An edit that was made meanwhile has not been planned yet.
    if (document === this.editor.store.document) this.hold()
    this.editor.say(SAY.running)
  }

  /** The engine has planned what was edited. */
  planned(): void {
    if (!this.#edited || !this.live) return
    this.#edited = false
    this.stop()
    const { store, run, viewing } = this.editor
    const plan = livePlan(store.document, run.catalogue, run.nodes, viewing.node)
    if (plan === undefined) return
    if (this.#ran && plan.pause === 0) return this.start(plan.targets)
    // Before the first run nobody is still turning a knob: the document was just opened, and may be held.
    this.#timer = setTimeout(() => this.start(plan.targets), this.#ran ? plan.pause : 0)
  }

  /** Returns false where the whole follows a quick look. */
  ended(finished: boolean): boolean {
    const targets = this.#afterLook
    this.#afterLook = undefined
    if (targets === undefined || !finished) return true
    this.#begin(this.editor.store.document, targets)
    return false
  }

  #begin(document: GraphDocument, targets: readonly string[]): void {
    this.document = document
    this.editor.run.begin()
    this.editor.say(SAY.running)
    this.client.run(document, targets)
  }

  #shown(): readonly string[] {
    const { store, run, viewing } = this.editor
    return shown(store.document, run.catalogue, run.nodes, viewing.node)
  }

  /** What is looked at, quickly, where that is asked for and pays. Sinks that write files wait for the whole. */
  #look(): { readonly document: GraphDocument; readonly node: string } | undefined {
    const { store, run, viewing } = this.editor
    const { node } = viewing
    const type = node === undefined ? undefined : store.node(node)?.type
    if (!this.quick || node === undefined || (this.forecast ?? Infinity) < QUICK_FROM) return undefined
    if (type === undefined || (run.catalogue.get(type)?.sink === true && type !== VIEW)) return undefined
    const document = quickLook(store.document, run.catalogue, node)
    return document && { document, node }
  }
}
