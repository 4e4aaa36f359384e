import { ByDocument } from './by-document.ts'

/** Where the canvas stands for one document: the canvas point p is drawn at p·k + (x, y). */
interface View {
  readonly x: number
  readonly y: number
  readonly k: number
}

/** Place and zoom of the canvas by document; `keep` is for when the page is left. */
export class Views extends ByDocument<View> {
  constructor(storage: Pick<Storage, 'getItem' | 'setItem'> | undefined) {
    super(storage, 'marigold-views', isView)
  }

  override set(document: string, { x, y, k }: View): void {
    super.set(document, { x, y, k })
  }
}

function isView(view: unknown): view is View {
  if (view === null || typeof view !== 'object' || !('x' in view && 'y' in view && 'k' in view)) return false
  return [view.x, view.y, view.k].every((number) => Number.isFinite(number))
}
