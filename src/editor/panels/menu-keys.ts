/** Arrow keys, Home and End among the items of a menu. */
export function moveInMenu(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const items = [...(event.currentTarget.closest('[role="menu"]')?.querySelectorAll('[role="menuitem"]') ?? [])]
  const at = items.indexOf(event.currentTarget)
  const next = {
    ArrowDown: items[(at + 1) % items.length],
    ArrowUp: items.at(at - 1),
    Home: items[0],
    End: items.at(-1),
  }[event.key]
  if (!(next instanceof HTMLElement)) return
  event.preventDefault()
  next.focus()
}
