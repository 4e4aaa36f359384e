import { flushSync } from 'svelte'
import type { Rectangle } from '../../graph/document.ts'
import { FEW } from '../state/detail.svelte.ts'
import type { Editor } from '../state/editor.svelte.ts'

/** Milliseconds without a move after which cards that came into view are filled in. */
const REST = 100
/** Milliseconds of a frame in which they are. */
const SLICE = 8

export interface Completing {
  /** What is seen has changed. */
  moved(): void
  /** The document has: what is about to come on the canvas. */
  foresee(): void
  /** It is on the canvas. */
  changed(): void
  stop(): void
}

/** Makes the cards in view whole, few in a frame, and those far from it plain: never while the canvas moves. */
export function completing(editor: Editor, container: HTMLElement, seen: () => Rectangle): Completing {
  const { detail, geometry, store } = editor
  let timer: ReturnType<typeof setTimeout> | undefined
  let frame = 0

  /** What has the focus or stands open would be lost. */
  const used = (): ReadonlySet<string> => {
    const elements = [document.activeElement, ...container.querySelectorAll('[data-node] details[open]')]
    const cards = elements.map((element) => element?.closest<HTMLElement>('#canvas [data-node]')?.dataset.node)
    return new Set(cards.filter((id) => id !== undefined))
  }

  function look(): void {
    const ids = store.document.nodes.map(({ id }) => id)
    const wanted =
      ids.length <= FEW
        ? ids
        : detail.wanted({ ids, looks: editor.looks, seen: seen(), zoom: geometry.zoom, used: used() })
    const keep = new Set(wanted)
    for (const id of detail.whole) if (!keep.has(id)) detail.whole.delete(id)
    fill(wanted.filter((id) => !detail.whole.has(id)))
  }

  function fill(missing: readonly string[]): void {
    if (missing.length === 0) return
    frame = requestAnimationFrame(() => {
      const end = performance.now() + SLICE
      let at = 0
      do {
        const id = missing[at++]
        if (id !== undefined) flushSync(() => detail.whole.add(id))
      } while (at < missing.length && performance.now() < end)
      fill(missing.slice(at))
    })
  }

  function halt(): void {
    clearTimeout(timer)
    cancelAnimationFrame(frame)
  }

  return {
    moved() {
      halt()
      // After a long frame the next move may be waiting already: it comes before the second frame from now.
      timer = setTimeout(() => {
        frame = requestAnimationFrame(() => (frame = requestAnimationFrame(look)))
      }, REST)
    },
    foresee() {
      const ids = store.document.nodes.map(({ id }) => id)
      for (const id of ids.length <= FEW ? ids : detail.samples(ids, editor.looks)) detail.whole.add(id)
    },
    changed() {
      halt()
      look()
    },
    stop: halt,
  }
}
