/**
 * Keeps presses on a control from dragging the node. Rete listens on an element above with an ordinary listener, so
 * Svelte's delegated events, which fire at the root, would be too late.
 */
export function nativeStop(pressed: () => void): (element: HTMLElement) => () => void {
  return (element) => {
    const stop = (event: Event) => {
      event.stopPropagation()
      if (event.type === 'pointerdown') pressed()
    }
    element.addEventListener('pointerdown', stop)
    element.addEventListener('dblclick', stop)
    return () => {
      element.removeEventListener('pointerdown', stop)
      element.removeEventListener('dblclick', stop)
    }
  }
}
