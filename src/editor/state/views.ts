/** Where the canvas stands for one document: the canvas point p is drawn at p·k + (x, y). */
interface View {
  readonly x: number
  readonly y: number
  readonly k: number
}

const KEY = 'marigold-views'
/** Documents whose place is kept; the one that was looked at longest ago is forgotten first. */
const MOST = 50

/** Place and zoom of the canvas by document, kept in this browser. */
export class Views {
  readonly #views: Map<string, View>

  constructor(private readonly storage: Pick<Storage, 'getItem' | 'setItem'> | undefined) {
    this.#views = new Map(read(storage))
  }

  get(document: string): View | undefined {
    return this.#views.get(document)
  }

  set(document: string, { x, y, k }: View): void {
    this.#views.delete(document)
    this.#views.set(document, { x, y, k })
    for (const oldest of this.#views.keys()) {
      if (this.#views.size <= MOST) break
      this.#views.delete(oldest)
    }
  }

  /** Writes what was set: when the page is left. */
  keep(): void {
    try {
      this.storage?.setItem(KEY, JSON.stringify([...this.#views]))
    } catch {
      // A full or forbidden storage: places are then kept until the page is closed.
    }
  }
}

/** Whatever is stored: only what has the right form. */
function read(storage: Pick<Storage, 'getItem'> | undefined): readonly (readonly [string, View])[] {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(KEY) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isEntry).slice(-MOST) : []
  } catch {
    return []
  }
}

const isEntry = (value: unknown): value is readonly [string, View] => {
  if (!Array.isArray(value) || typeof value[0] !== 'string') return false
  const view: unknown = value[1]
  if (view === null || typeof view !== 'object' || !('x' in view && 'y' in view && 'k' in view)) return false
  return [view.x, view.y, view.k].every((number) => Number.isFinite(number))
}
