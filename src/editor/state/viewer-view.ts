/** What the viewer does for the rest of the page. */
export interface ViewerView {
  /** What is seen in it; undefined: nothing yet. */
  readonly shown: 'picture' | 'surface' | undefined
  /** Whether there is a depth map to build a surface of. */
  readonly solid: boolean
  zoomBy(factor: number): void
  /** All of the picture, or the surface as it stood first. */
  fit(): void
  /** A pixel of the picture is one of the screen. */
  actualSize(): void
  toggleSurface(): void
  pin(): void
  unpin(): void
  toggleFullScreen(): void
  copy(): void
  save(withGraph: boolean): void
}
