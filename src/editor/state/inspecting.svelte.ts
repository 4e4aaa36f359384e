import type { EngineClient } from '../../engine/client.ts'
import type { Difference, Levels, PointRead, Preview } from '../../engine/events.ts'

/** How the viewer's picture, A, is held against the pinned one, B. */
export type Comparison = 'wipe' | 'beside' | 'difference' | 'blink'

/** A picture that stays while the graph goes on. */
export interface Pinned {
  readonly bitmap: ImageBitmap
  readonly title: string
  readonly preview: Preview
}

/** What is looked at closely in the viewer: one pixel of it, and how it compares with a picture that was pinned. */
export class Inspecting {
  /** The pixel that is read, in pixels of the value; `held` stays when the pointer leaves. */
  point = $state.raw<{ readonly x: number; readonly y: number; readonly held: boolean } | undefined>()
  read = $state.raw<PointRead | undefined>()
  pinned = $state.raw<Pinned | undefined>()
  comparison = $state<Comparison | undefined>()
  /** Where the wipe's divider is, as a share of the picture's width; B is to its right. */
  divider = $state(0.5)
  /** Of the numbers; undefined where they cannot be compared, and pixels are. */
  difference = $state.raw<Difference | undefined>()
  /** How the numbers of the picture are spread, since it was last asked for. */
  levels = $state.raw<Levels | undefined>()
  #reading = false

  constructor(readonly engine: Pick<EngineClient, 'read' | 'measure' | 'pin' | 'compare'>) {}

  pointTo(point: { readonly x: number; readonly y: number; readonly held: boolean } | undefined): void {
    this.point = point
    if (point === undefined) this.read = undefined
    else void this.renew()
  }

  /** Reads the point. One question at a time: what was pointed to meanwhile is asked for next, once. */
  async renew(): Promise<void> {
    if (this.#reading) return
    this.#reading = true
    try {
      for (let asked; this.point !== undefined && asked !== this.point;) {
        asked = this.point
        const read = await this.engine.read(asked.x, asked.y).catch(() => undefined)
        if (this.point !== undefined) this.read = read
      }
    } finally {
      this.#reading = false
    }
  }

  async pin(preview: Preview, title: string): Promise<void> {
    const [bitmap] = await Promise.all([createImageBitmap(preview.bitmap), this.engine.pin()])
    this.pinned?.bitmap.close()
    this.pinned = { bitmap, title, preview }
    this.comparison ??= 'wipe'
    void this.renew()
  }

  unpin(): void {
    this.pinned?.bitmap.close()
    this.pinned = undefined
    this.comparison = undefined
    this.#differs(undefined)
  }

  compare(comparison: Comparison): void {
    this.comparison = this.comparison === comparison ? undefined : comparison
  }

  /** Call when another picture is shown. */
  async measure(): Promise<void> {
    this.levels = await this.engine.measure().catch(() => undefined)
  }

  /** Call when another picture is shown or pinned. */
  async subtract(): Promise<void> {
    const difference = await this.engine.compare().catch(() => undefined)
    if (this.comparison === 'difference') this.#differs(difference)
    else difference?.bitmap.close()
  }

  #differs(difference: Difference | undefined): void {
    this.difference?.bitmap.close()
    this.difference = difference
  }
}
