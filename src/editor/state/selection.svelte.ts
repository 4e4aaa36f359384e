import type { MarkKey } from './marks.ts'

/** Which nodes are selected, and which frames and notes. */
export class Selection {
  ids = $state.raw<ReadonlySet<string>>(new Set())
  marks = $state.raw<ReadonlySet<MarkKey>>(new Set())
  /** True while each tap adds or takes away one node: for fingers, which have no Shift. */
  several = $state(false)
  /** The frame whose title, or the note whose text is being typed. */
  editing = $state.raw<MarkKey | undefined>()

  has(id: string): boolean {
    return this.ids.has(id)
  }

  hasMark(key: MarkKey): boolean {
    return this.marks.has(key)
  }

  get size(): number {
    return this.ids.size + this.marks.size
  }

  /** The one selected node, when it is exactly one. */
  get single(): string | undefined {
    return this.ids.size === 1 ? [...this.ids][0] : undefined
  }

  set(ids: Iterable<string>, marks: Iterable<MarkKey> = []): void {
    const nodes = new Set(ids)
    const others = new Set(marks)
    if (!same(nodes, this.ids)) this.ids = nodes
    if (!same(others, this.marks)) this.marks = others
  }

  add(ids: Iterable<string>, marks: Iterable<MarkKey> = []): void {
    this.set([...this.ids, ...ids], [...this.marks, ...marks])
  }

  toggle(id: string): void {
    this.set(this.has(id) ? [...this.ids].filter((other) => other !== id) : [...this.ids, id], this.marks)
  }

  toggleMark(key: MarkKey): void {
    const marks = this.hasMark(key) ? [...this.marks].filter((other) => other !== key) : [...this.marks, key]
    this.set(this.ids, marks)
  }

  clear(): void {
    this.set([])
  }

  /** Forgets what is no longer in the document. */
  keep(node: (id: string) => boolean, mark: (key: MarkKey) => boolean): void {
    this.set([...this.ids].filter(node), [...this.marks].filter(mark))
  }
}

const same = <T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean =>
  a.size === b.size && [...a].every((item) => b.has(item))
