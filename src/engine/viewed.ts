import type { Engine, LookedAt } from './engine.ts'
import type { Look, Preview, StepsSeen } from './events.ts'
import type { Inspected } from './inspected.ts'
import type { Painter } from './painter.ts'
import { Strips, type StripEvents } from './strips.ts'

/** Larger than any screen, small enough for every canvas. */
const LARGEST = 8192
/** What the page is given of what it looks at. */
export interface ViewedEvents extends StripEvents {
  preview(preview: Preview): void
}

/** Which step of the viewed member is there to be drawn: none of them is the result. */
interface Target {
  readonly step: number | undefined
  readonly kept: readonly number[]
  readonly finished: boolean
  /** Differs exactly when the picture or its caption may. */
  readonly says: string
}

/**
 * What the large viewer looks at, drawn as it becomes available and again whenever it changes; then the ensembles that are
 * shown member by member. One drawing at a time, between two node calls, the picture asked for last before all others: a run
 * is held up by one small drawing per call, and nothing queues up.
 */
export class Viewed {
  #look: Look | undefined
  /** What the page has. */
  #large: string | undefined
  #drawing = false
  readonly #strips: Strips

  constructor(
    readonly engine: Engine,
    readonly painter: Painter,
    readonly page: ViewedEvents,
    readonly failed: (error: unknown) => void,
    readonly inspected: Inspected,
  ) {
    this.#strips = new Strips(engine, painter, page)
  }

  look(look: Look): void {
    if (this.#look === undefined || !sameSocket(this.#look, look)) this.#large = undefined
    this.#look = look
    this.refresh()
  }

  /** A node that comes back by undo is new to the page. */
  keep(nodes: ReadonlySet<string>): void {
    if (this.#look !== undefined && !nodes.has(this.#look.node)) this.#look = undefined
  }

  /** Call whenever the plan or the results may have changed. */
  refresh(): void {
    this.#strips.tell(this.#look)
    if (!this.#drawing) void this.#drawAll()
  }

  async #drawAll(): Promise<void> {
    this.#drawing = true
    try {
      for (let draw = this.#next(); draw !== undefined; draw = this.#next())
        await this.engine.lane.run(draw).catch(this.failed)
    } finally {
      this.#drawing = false
    }
  }

  #next(): (() => Promise<void>) | undefined {
    const target = this.#look && this.#target(this.#look)
    if (target !== undefined && target.says !== this.#large) return () => this.#drawLarge()
    return this.#strips.next()
  }

  #target({ step, display, ...look }: Look): Target | undefined {
    const { engine } = this
    const { node, socket, member } = engine.lookedAt(look)
    const finished = engine.finished(node, socket, member)
    const kept = engine.steps(node, socket, member)
    const shown = step !== undefined && kept.includes(step) ? step : finished ? undefined : kept.at(-1)
    if (shown === undefined && !finished) return undefined
    const key = engine.key(node, socket, member) ?? ''
    const says = [look.member, key, shown, finished, kept, engine.members(node, socket), JSON.stringify(display)].join()
    return { step: shown, kept, finished, says }
  }

  /** Whatever is looked at by the time that it is this drawing's turn. */
  async #drawLarge(): Promise<void> {
    const look = this.#look
    const target = look && this.#target(look)
    if (look === undefined || target === undefined || target.says === this.#large) return
    const { engine } = this
    const { node, socket, member } = engine.lookedAt(look)
    const members = engine.members(node, socket)
    const key = engine.key(node, socket, member)
    // Also when it fails: it would fail again.
    this.#large = target.says
    const steps = await this.#steps({ node, socket, member }, target)
    await engine.fetch(node, socket, member, target.step)
    const value = engine.value(node, socket, member, target.step)
    if (value === undefined) {
      if (this.#target(look)?.says !== target.says) this.#large = undefined
      return
    }
    const painted = await this.painter.paint(value, LARGEST, look.display)
    if (painted === undefined) return
    if (!this.#still(look)) return painted.painting.bitmap.close()
    const { painting, rendered } = painted
    this.inspected.show({ ...rendered, key, kind: painting.kind, size: painting.size })
    const at = { node: look.node, socket: look.socket, member, members, full: true }
    this.page.preview({ ...at, ...(key !== undefined && { key }), ...(steps && { steps }), ...painting })
  }

  async #steps({ node, socket, member }: LookedAt, { step, kept, finished }: Target): Promise<StepsSeen | undefined> {
    const last = kept.at(-1)
    if (last === undefined) return undefined
    const of = await this.engine.stepCount(node, socket, member, last)
    return of === undefined ? undefined : { shown: step ?? of, of, kept: finished ? [...kept, of] : kept }
  }

  /** True while the same socket is looked at. */
  #still(look: Look): boolean {
    return this.#look !== undefined && sameSocket(this.#look, look)
  }
}

const sameSocket = (a: Look, b: Look): boolean => a.node === b.node && a.socket === b.socket
