const KEY = 'marigold-theme'

/** Dark or light as the system asks for, until the person chooses; the choice is kept in this browser. */
export class Theme {
  light = $state(false)

  constructor(
    private readonly root: HTMLElement,
    private readonly storage: Storage,
    system = matchMedia('(prefers-color-scheme: light)'),
  ) {
    const follow = (): void => {
      const chosen = storage.getItem(KEY)
      this.light = chosen === null ? system.matches : chosen === 'light'
      this.#show()
    }
    follow()
    system.addEventListener('change', follow)
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
