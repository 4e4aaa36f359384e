import type { Size } from '../node/values.ts'
import type { Engine } from './engine.ts'
import type { Look, MemberPicture, Members, Preview, SpreadPicture, StepsSeen } from './events.ts'
import type { Inspected } from './inspected.ts'
import type { Painter } from './painter.ts'

/** Larger than any screen, small enough for every canvas. */
const LARGEST = 8192
/**
 * Longer side of a member's picture in the strip, in pixels. Their spread is of these small pictures too: it shows where members
 * disagree, and is renewed with every one that finishes, for which ten maps of full size would be read and summed each time. The
 * spread of all pixels is what Ensemble Align's uncertainty says.
 */
const SMALL = 96

/** What the page is given of what it looks at. */
export interface ViewedEvents {
  preview(preview: Preview): void
  members(members: Members): void
  member(picture: MemberPicture): void
  spread(picture: SpreadPicture): void
}

/** A member as it was drawn; without values when it could not be. */
interface Small {
  readonly key: string
  readonly values?: Float32Array
  readonly size?: Size
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
 * What the large viewer looks at, drawn as it becomes available and again whenever it changes: the picture itself, and of
 * an ensemble a small one of each finished member, then their spread. One drawing at a time, between two node calls, the
 * picture asked for last before all others: a run is held up by one small drawing per call, and nothing queues up.
 */
export class Viewed {
  #look: Look | undefined
  /** What the page has. */
  #large: string | undefined
  #keys: string | undefined
  #spread: string | undefined
  readonly #small = new Map<number, Small>()
  #drawing = false

  constructor(
    readonly engine: Engine,
    readonly painter: Painter,
    readonly page: ViewedEvents,
    readonly failed: (error: unknown) => void,
    readonly inspected: Inspected,
  ) {}

  look(look: Look): void {
    const before = this.#look
    this.#look = look
    if (before === undefined || !sameSocket(before, look)) {
      this.#large = this.#keys = this.#spread = undefined
      this.#small.clear()
    }
    this.refresh()
  }

  /** A node that comes back by undo is new to the page. */
  keep(nodes: ReadonlySet<string>): void {
    if (this.#look !== undefined && !nodes.has(this.#look.node)) this.#look = undefined
  }

  /** Call whenever the plan or the results may have changed. */
  refresh(): void {
    this.#tellMembers()
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

  #tellMembers(): void {
    if (this.#look === undefined) return
    const { node, socket } = this.#look
    const keys = this.#keysOf(this.#look)
    const said = keys.join()
    // A node that was added just now is planned soon.
    if (said === (this.#keys ?? '')) return
    this.#keys = said
    // The page has dropped it.
    if (keys.length < 2) this.#spread = undefined
    for (const member of this.#small.keys()) if (member >= keys.length) this.#small.delete(member)
    this.page.members({ node, socket, keys })
  }

  #keysOf({ node, socket }: Look): readonly string[] {
    return Array.from(
      { length: this.engine.members(node, socket) },
      (_, member) => this.engine.key(node, socket, member) ?? '',
    )
  }

  #next(): (() => Promise<void>) | undefined {
    const look = this.#look
    if (look === undefined) return undefined
    const target = this.#target(look)
    if (target !== undefined && target.says !== this.#large) return () => this.#drawLarge()
    const keys = this.#keysOf(look)
    if (keys.length < 2) return undefined
    const undrawn = keys.findIndex(
      (key, member) => this.#small.get(member)?.key !== key && this.engine.finished(look.node, look.socket, member),
    )
    if (undrawn >= 0) return () => this.#drawMember(look, undrawn, keys[undrawn] ?? '')
    const drawn = keys.flatMap((key, member) => {
      const small = this.#small.get(member)
      return small?.key === key && small.values !== undefined ? [small] : []
    })
    const said = drawn.map(({ key }) => key).join()
    return drawn.length > 1 && said !== this.#spread ? () => this.#drawSpread(look, drawn, said) : undefined
  }

  #target({ node, socket, member, step, display }: Look): Target | undefined {
    const { engine } = this
    const finished = engine.finished(node, socket, member)
    const kept = engine.steps(node, socket, member)
    const shown = step !== undefined && kept.includes(step) ? step : finished ? undefined : kept.at(-1)
    if (shown === undefined && !finished) return undefined
    const key = engine.key(node, socket, member) ?? ''
    const says = [key, shown, finished, kept, engine.members(node, socket), JSON.stringify(display)].join()
    return { step: shown, kept, finished, says }
  }

  /** Whatever is looked at by the time that it is this drawing's turn. */
  async #drawLarge(): Promise<void> {
    const look = this.#look
    const target = look && this.#target(look)
    if (look === undefined || target === undefined || target.says === this.#large) return
    const { node, socket, member } = look
    const { engine } = this
    const members = engine.members(node, socket)
    const key = engine.key(node, socket, member)
    // Also when it fails: it would fail again.
    this.#large = target.says
    const steps = await this.#steps(look, target)
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
    const at = { node, socket, member, members, full: true }
    this.page.preview({ ...at, ...(key !== undefined && { key }), ...(steps && { steps }), ...painting })
  }

  async #steps({ node, socket, member }: Look, { step, kept, finished }: Target): Promise<StepsSeen | undefined> {
    const last = kept.at(-1)
    if (last === undefined) return undefined
    const of = await this.engine.stepCount(node, socket, member, last)
    return of === undefined ? undefined : { shown: step ?? of, of, kept: finished ? [...kept, of] : kept }
  }

  async #drawMember(look: Look, member: number, key: string): Promise<void> {
    const { node, socket } = look
    if (!this.#still(look) || this.engine.key(node, socket, member) !== key) return
    await this.engine.fetch(node, socket, member)
    const value = this.engine.value(node, socket, member)
    if (value === undefined) {
      // Damaged on the disk: it will be computed again.
      if (this.engine.finished(node, socket, member)) this.#small.set(member, { key })
      return
    }
    this.#small.set(member, { key })
    const painted = await this.painter.paint(value, SMALL)
    if (painted === undefined) return
    const { painting, rendered } = painted
    if (!this.#still(look)) return painting.bitmap.close()
    this.#small.set(member, { key, values: rendered.values, size: { width: rendered.width, height: rendered.height } })
    this.page.member({ node, socket, member, key, bitmap: painting.bitmap })
  }

  async #drawSpread(look: Look, drawn: readonly Small[], said: string): Promise<void> {
    if (!this.#still(look)) return
    this.#spread = said
    const [first] = drawn
    const alike = drawn.flatMap(({ values, size }) =>
      values !== undefined && size?.width === first?.size?.width && size?.height === first?.size?.height
        ? [values]
        : [],
    )
    if (first?.size === undefined || alike.length < drawn.length) return
    const bitmap = await this.painter.spread(alike, first.size)
    if (!this.#still(look)) return bitmap.close()
    this.page.spread({ node: look.node, socket: look.socket, keys: drawn.map(({ key }) => key), bitmap })
  }

  /** True while the same socket is looked at. */
  #still(look: Look): boolean {
    return this.#look !== undefined && sameSocket(this.#look, look)
  }
}

const sameSocket = (a: Look, b: Look): boolean => a.node === b.node && a.socket === b.socket
