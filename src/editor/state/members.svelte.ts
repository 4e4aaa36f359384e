import { SvelteMap } from 'svelte/reactivity'
import type { MemberPicture, Members, SpreadPicture } from '../../engine/events.ts'

/** The members of what is viewed, as far as they have been drawn. Those from before the last change stay until replaced. */
export class ViewedMembers {
  #told = $state.raw<Members>({ node: '', socket: '', keys: [] })
  readonly #pictures = new SvelteMap<number, MemberPicture>()
  #spread = $state.raw<SpreadPicture | undefined>()

  tell(told: Members): void {
    const { node, socket, keys } = this.#told
    const same = told.node === node && told.socket === socket
    this.#told = told
    for (const [member, { bitmap }] of this.#pictures) {
      if (same && member < told.keys.length) continue
      bitmap.close()
      this.#pictures.delete(member)
    }
    if (same && keys.length > 1 && told.keys.length > 1) return
    this.#spread?.bitmap.close()
    this.#spread = undefined
  }

  add(picture: MemberPicture): void {
    if (!this.#awaits(picture) || picture.member >= this.#told.keys.length) return picture.bitmap.close()
    this.#pictures.get(picture.member)?.bitmap.close()
    this.#pictures.set(picture.member, picture)
  }

  spreads(picture: SpreadPicture): void {
    if (!this.#awaits(picture)) return picture.bitmap.close()
    this.#spread?.bitmap.close()
    this.#spread = picture
  }

  /** Keys by member; undefined while nothing is known of the node. */
  of(node: string | undefined): readonly string[] | undefined {
    return this.#told.node === node ? this.#told.keys : undefined
  }

  picture(node: string | undefined, member: number): ImageBitmap | undefined {
    return this.of(node) && this.#pictures.get(member)?.bitmap
  }

  /** True when the picture of a member is of its value now. */
  current(node: string | undefined, member: number): boolean {
    const key = this.of(node)?.[member]
    return key !== undefined && this.#pictures.get(member)?.key === key
  }

  /** How much members differ, and whether it is of what they are now. */
  spread(
    node: string | undefined,
  ): { readonly bitmap: ImageBitmap; readonly of: number; readonly current: boolean } | undefined {
    const keys = this.of(node)
    if (keys === undefined || this.#spread === undefined) return undefined
    const now = new Set(keys)
    const { bitmap, keys: drawn } = this.#spread
    return { bitmap, of: drawn.length, current: drawn.every((key) => now.has(key)) }
  }

  #awaits({ node, socket }: Pick<Members, 'node' | 'socket'>): boolean {
    return node === this.#told.node && socket === this.#told.socket
  }
}
