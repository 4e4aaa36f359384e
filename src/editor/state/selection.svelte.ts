/** Which nodes are selected. */
export class Selection {
  ids = $state.raw<ReadonlySet<string>>(new Set())
  /** True while each tap adds or takes away one node: for fingers, which have no Shift. */
  several = $state(false)

  has(id: string): boolean {
    return this.ids.has(id)
  }

  /** The one selected node, when it is exactly one. */
  get single(): string | undefined {
    return this.ids.size === 1 ? [...this.ids][0] : undefined
  }

  set(ids: Iterable<string>): void {
    const next = new Set(ids)
    if (next.size === this.ids.size && [...next].every((id) => this.ids.has(id))) return
    this.ids = next
  }

  add(ids: Iterable<string>): void {
    this.set([...this.ids, ...ids])
  }

  toggle(id: string): void {
    this.set(this.has(id) ? [...this.ids].filter((other) => other !== id) : [...this.ids, id])
  }

  clear(): void {
    this.set([])
  }

  /** Forgets nodes that are no longer in the document. */
  keep(existing: (id: string) => boolean): void {
    this.set([...this.ids].filter(existing))
  }
}
