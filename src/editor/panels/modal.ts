/**
 * Opens a dialog over the page, and closes it when it is pressed beside itself. The finger that opened it may be lifted
 * there, and a text that is being selected may end there: both began elsewhere.
 */
export function modal(dialog: HTMLDialogElement): () => void {
  let beside = false
  const down = (event: PointerEvent) => (beside = event.target === dialog)
  const click = (event: MouseEvent) => beside && event.target === dialog && dialog.close()
  dialog.addEventListener('pointerdown', down)
  dialog.addEventListener('click', click)
  dialog.showModal()
  return () => {
    dialog.removeEventListener('pointerdown', down)
    dialog.removeEventListener('click', click)
    dialog.close()
  }
}
