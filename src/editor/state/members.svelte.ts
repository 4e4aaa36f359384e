import { SvelteMap } from 'svelte/reactivity'
import type { MemberPicture, Members, SpreadPicture } from '../../engine/events.ts'

/** The members of one ensemble, as far as they have been drawn. Those from before the last change stay until replaced. */
export class Strip {
  #told = $state.raw<Members>({ node: '', socket: '', keys: [], shownOn: [] })
  readonly #pictures = new SvelteMap<number, MemberPicture>()
  #spread = $state.raw<SpreadPicture | undefined>()

  constructor(told: Members) {
    this.#told = told
  }

  /** Where the members are. */
  get at(): { readonly node: string; readonly socket: string } {
    return this.#told
  }

  /** Keys by member. */
  get keys(): readonly string[] {
    return this.#told.keys
  }

  /** True where the node is there to be seen as one value of them. */
  mergedOn(node: string): boolean {
    return this.#told.shownOn.some((on) => on.node === node && on.merged)
  }

  isOn(node: string): boolean {
    return this.#told.shownOn.some((on) => on.node === node)
  }

  tell(told: Members): void {
    const { keys } = this.#told
    this.#told = told
    for (const [member, { bitmap }] of this.#pictures) {
      if (member < told.keys.length) continue
      bitmap.close()
      this.#pictures.delete(member)
    }
    if (keys.length > 1 && told.keys.length > 1) return
    this.#spread?.bitmap.close()
    this.#spread = undefined
  }

  add(picture: MemberPicture): void {
    if (picture.member >= this.keys.length) return picture.bitmap.close()
    this.#pictures.get(picture.member)?.bitmap.close()
    this.#pictures.set(picture.member, picture)
  }

  spreads(picture: SpreadPicture): void {
    this.#spread?.bitmap.close()
    this.#spread = picture
  }

  picture(member: number): ImageBitmap | undefined {
    return this.#pictures.get(member)?.bitmap
  }

  /** True when the picture of a member is of its value now. */
  current(member: number): boolean {
    const key = this.keys[member]
    return key !== undefined && this.#pictures.get(member)?.key === key
  }

  /** How much members differ, and whether it is of what they are now. */
  get spread(): { readonly bitmap: ImageBitmap; readonly of: number; readonly current: boolean } | undefined {
    if (this.#spread === undefined) return undefined
    const now = new Set(this.keys)
    const { bitmap, keys: drawn } = this.#spread
    return { bitmap, of: drawn.length, current: drawn.every((key) => now.has(key)) }
  }
}

/** The ensembles that are shown member by member: in the viewer, and on the nodes that make one value of them. */
export class Strips {
  readonly #strips = new SvelteMap<string, Strip>()

  tell(told: Members): void {
    const strip = this.#strips.get(placeOf(told))
    strip?.tell(told)
    if (told.shownOn.length === 0) this.#strips.delete(placeOf(told))
    else if (strip === undefined) this.#strips.set(placeOf(told), new Strip(told))
  }

  add(picture: MemberPicture): void {
    const strip = this.#strips.get(placeOf(picture))
    if (strip === undefined) picture.bitmap.close()
    else strip.add(picture)
  }

  spreads(picture: SpreadPicture): void {
    const strip = this.#strips.get(placeOf(picture))
    if (strip === undefined) picture.bitmap.close()
    else strip.spreads(picture)
  }

  /** What is shown of an ensemble on a node; undefined while nothing is known of it. */
  on(node: string | undefined): Strip | undefined {
    if (node === undefined) return undefined
    return [...this.#strips.values()].find((strip) => strip.isOn(node))
  }

  clear(): void {
    for (const strip of this.#strips.values()) strip.tell({ ...strip.at, keys: [], shownOn: [] })
    this.#strips.clear()
  }
}

const placeOf = ({ node, socket }: Pick<Members, 'node' | 'socket'>): string => `${node} ${socket}`
