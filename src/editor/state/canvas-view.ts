import type { Rectangle } from '../../graph/document.ts'
import type { Point } from './geometry.svelte.ts'

/** What the canvas does for the rest of the page. */
export interface CanvasView {
  /** What is seen of a graph when it is opened. */
  begin(): void
  /** Everything. */
  fit(): void
  /** One node, large enough to read. */
  show(node: string): void
  /** Everything, or the selected nodes. */
  fitSelection(): void
  zoomBy(factor: number): void
  /** As large as it is. */
  actualSize(): void
  /** Moves what is seen, in pixels of the window. */
  pan(by: Point): void
  /** Puts a place on the canvas in the middle. */
  centre(place: Point): void
  /** Moves what is seen no farther than needed to have a part of the canvas in it. */
  reveal(box: Rectangle): void
  /** The middle of what is seen, in canvas units. */
  middle(): Point
  /** Where the pointer is, or the middle while it is elsewhere. */
  pointed(): Point
  /** Whether the pointer is over it. */
  readonly hovered: boolean
  toCanvas(client: Point): Point
}
