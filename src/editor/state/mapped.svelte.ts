const KEY = 'marigold-map'

/** Whether the map of the graph is shown; the choice is kept in this browser. */
export class Mapped {
  on = $state(false)

  constructor(private readonly storage: Pick<Storage, 'getItem' | 'setItem'> | undefined) {
    this.on = storage?.getItem(KEY) === 'on'
  }

  toggle(): void {
    this.on = !this.on
    try {
      this.storage?.setItem(KEY, this.on ? 'on' : 'off')
    } catch {
      // A full or forbidden storage: the choice then lasts until the page is closed.
    }
  }
}
