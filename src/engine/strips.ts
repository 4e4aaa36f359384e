import type { Size } from '../node/values.ts'
import type { Engine } from './engine.ts'
import type { Look, MemberPicture, Members, SpreadPicture, StripOn } from './events.ts'
import type { Painter } from './painter.ts'

/**
 * Longer side of a member's picture in the strip, in pixels. Their spread is of these small pictures too: it shows where members
 * disagree, and is renewed with every one that finishes, for which ten maps of full size would be read and summed each time. The
 * spread of all pixels is what Ensemble Align's uncertainty says.
 */
const SMALL = 96

/** What the page is given of ensembles. */
export interface StripEvents {
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

/** Where the members of a strip are. */
interface Place {
  readonly node: string
  readonly socket: string
}

/** What the page has of one ensemble. */
interface Strip extends Place {
  keys: readonly string[]
  /** What was told last: keys, and where they are shown. */
  said: string
  spread: string | undefined
  readonly small: Map<number, Small>
}

/**
 * The ensembles that are shown member by member: of what the viewer looks at, and of each node that makes one value of its
 * members. A small picture of each member as it finishes, then their spread. One drawing at a time, the viewer's first.
 */
export class Strips {
  /** By place, in the order in which they are drawn. */
  #strips = new Map<string, Strip>()

  constructor(
    readonly engine: Engine,
    readonly painter: Painter,
    readonly page: StripEvents,
  ) {}

  /** Looks at what is shown now, and tells the page which members there are. */
  tell(look: Look | undefined): void {
    const shown = this.#shown(look)
    const before = this.#strips
    for (const [id, strip] of before)
      if (!shown.has(id) && strip.said !== '') this.page.members({ ...placeOf(strip), keys: [], shownOn: [] })
    this.#strips = new Map([...shown].map(([id, { place }]) => [id, before.get(id) ?? fresh(place)]))
    for (const [id, strip] of this.#strips) this.#tellOf(strip, shown.get(id)?.on ?? [])
  }

  #shown(look: Look | undefined): ReadonlyMap<string, { readonly place: Place; readonly on: StripOn[] }> {
    const shown = new Map<string, { readonly place: Place; readonly on: StripOn[] }>()
    const show = (place: Place, node: string, merged: boolean): void => {
      const id = `${place.node} ${place.socket}`
      const on = shown.get(id)?.on ?? []
      if (!on.some((other) => other.node === node)) on.push({ node, merged })
      shown.set(id, { place, on })
    }
    if (look !== undefined) {
      const { node, socket } = look
      const at = this.engine.ensemble(node, socket)
      show(at ?? { node, socket }, node, at?.merged === true)
    }
    for (const [node, at] of this.engine.merging()) show(at, node, true)
    return shown
  }

  #tellOf(strip: Strip, shownOn: readonly StripOn[]): void {
    const keys = Array.from(
      { length: this.engine.members(strip.node, strip.socket) },
      (_, member) => this.engine.key(strip.node, strip.socket, member) ?? '',
    )
    strip.keys = keys
    // A node that was added just now is planned soon.
    if (keys.length === 0 && strip.said === '') return
    const said = JSON.stringify([keys, shownOn])
    if (said === strip.said) return
    strip.said = said
    // The page has dropped it.
    if (keys.length < 2) strip.spread = undefined
    for (const member of strip.small.keys()) if (member >= keys.length) strip.small.delete(member)
    this.page.members({ ...placeOf(strip), keys, shownOn })
  }

  /** What is to be drawn next, if anything. Run it in the lane. */
  next(): (() => Promise<void>) | undefined {
    for (const strip of this.#strips.values()) {
      const draw = this.#nextOf(strip)
      if (draw !== undefined) return draw
    }
    return undefined
  }

  #nextOf(strip: Strip): (() => Promise<void>) | undefined {
    const { node, socket, keys, small } = strip
    if (keys.length < 2) return undefined
    const undrawn = keys.findIndex(
      (key, member) => small.get(member)?.key !== key && this.engine.finished(node, socket, member),
    )
    if (undrawn >= 0) return () => this.#drawMember(strip, undrawn, keys[undrawn] ?? '')
    const drawn = keys.flatMap((key, member) => {
      const picture = small.get(member)
      return picture?.key === key && picture.values !== undefined ? [picture] : []
    })
    const said = drawn.map(({ key }) => key).join()
    return drawn.length > 1 && said !== strip.spread ? () => this.#drawSpread(strip, drawn, said) : undefined
  }

  async #drawMember(strip: Strip, member: number, key: string): Promise<void> {
    const { node, socket, small } = strip
    if (!this.#still(strip) || this.engine.key(node, socket, member) !== key) return
    await this.engine.fetch(node, socket, member)
    const value = this.engine.value(node, socket, member)
    if (value === undefined) {
      // Damaged on the disk: it will be computed again.
      if (this.engine.finished(node, socket, member)) small.set(member, { key })
      return
    }
    small.set(member, { key })
    const painted = await this.painter.paint(value, SMALL)
    if (painted === undefined) return
    const { painting, rendered } = painted
    if (!this.#still(strip)) return painting.bitmap.close()
    small.set(member, { key, values: rendered.values, size: { width: rendered.width, height: rendered.height } })
    this.page.member({ node, socket, member, key, bitmap: painting.bitmap })
  }

  async #drawSpread(strip: Strip, drawn: readonly Small[], said: string): Promise<void> {
    if (!this.#still(strip)) return
    strip.spread = said
    const [first] = drawn
    const alike = drawn.flatMap(({ values, size }) =>
      values !== undefined && size?.width === first?.size?.width && size?.height === first?.size?.height
        ? [values]
        : [],
    )
    if (first?.size === undefined || alike.length < drawn.length) return
    const bitmap = await this.painter.spread(alike, first.size)
    if (!this.#still(strip)) return bitmap.close()
    this.page.spread({ ...placeOf(strip), keys: drawn.map(({ key }) => key), bitmap })
  }

  /** True while it is shown somewhere. */
  #still(strip: Strip): boolean {
    return this.#strips.get(`${strip.node} ${strip.socket}`) === strip
  }
}

const fresh = ({ node, socket }: Place): Strip => ({
  node,
  socket,
  keys: [],
  said: '',
  spread: undefined,
  small: new Map(),
})

const placeOf = ({ node, socket }: Place): Place => ({ node, socket })
