import type { Catalogue } from '../../node/catalogue.ts'
import type { GraphDocument } from '../../graph/document.ts'

const KEY = 'marigold-hints'

/** What a newcomer is told, one after the other. */
export const HINTS = ['photo', 'number', 'add', 'find'] as const

export type Hint = (typeof HINTS)[number]

const isHint = (text: string): text is Hint => HINTS.some((hint) => hint === text)

/** The hints that are left: each goes when the person has done it or asks for the next, all when they want none. For good. */
export class Hints {
  left = $state.raw<readonly Hint[]>(HINTS)

  constructor(private readonly storage: Pick<Storage, 'getItem' | 'setItem'>) {
    const kept = storage.getItem(KEY)
    if (kept !== null) this.left = kept.split(' ').filter(isHint)
  }

  done(...hints: readonly Hint[]): void {
    const left = this.left.filter((hint) => !hints.includes(hint))
    if (left.length === this.left.length) return
    this.left = left
    try {
      this.storage.setItem(KEY, left.join(' '))
    } catch {
      // A full or forbidden storage: then they are gone until the page is closed.
    }
  }

  dismiss(): void {
    this.done(...HINTS)
  }
}

/** Which hint an edit shows to be known. Another document, in which no node is the same, shows none. */
export function followed(before: GraphDocument, after: GraphDocument, types: Catalogue): Hint | undefined {
  const known = new Set(before.nodes)
  const fresh = after.nodes.filter((node) => !known.has(node))
  const [changed] = fresh
  if (changed === undefined || fresh.length !== 1 || after.nodes.length === 1) return undefined
  const was = before.nodes.find(({ id }) => id === changed.id)
  if (was === undefined) return after.nodes.length > before.nodes.length ? 'add' : undefined
  const params = types.get(changed.type)?.params ?? {}
  const param = Object.keys(params).find((name) => was.params[name] !== changed.params[name])
  if (param === undefined) return undefined
  return params[param]?.widget === 'picture' ? 'photo' : 'number'
}
