const KEY = 'marigold-theme'

/** Dark unless the person chose light; the choice is kept in this browser. */
export class Theme {
  light = $state(false)

  constructor(
    private readonly root: HTMLElement,
    private readonly storage: Storage,
  ) {
    this.light = storage.getItem(KEY) === 'light'
    this.#show()
  }

  toggle(): void {
    this.light = !this.light
    this.#show()
    try {
      this.storage.setItem(KEY, this.light ? 'light' : 'dark')
    } catch {
      // A full or forbidden storage: the choice then lasts until the page is closed.
    }
  }

  #show(): void {
    this.root.dataset.theme = this.light ? 'light' : 'dark'
  }
}
