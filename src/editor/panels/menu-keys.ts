/** Arrow keys, Home and End among the items of a menu, which may lie in rows. */
export function moveInMenu(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const from = event.currentTarget
  const items = [...(from.closest('[role="menu"]')?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])]
  const next = nextItem(event.key, from, items)
  if (!next) return
  event.preventDefault()
  next.focus()
}

function nextItem(key: string, from: HTMLElement, items: readonly HTMLElement[]): HTMLElement | undefined {
  const at = items.indexOf(from)
  switch (key) {
    case 'ArrowDown':
      return nearest(from, items, 1)
    case 'ArrowUp':
      return nearest(from, items, -1)
    case 'ArrowRight':
      return items[(at + 1) % items.length]
    case 'ArrowLeft':
      return items.at(at - 1)
    case 'Home':
      return items[0]
    case 'End':
      return items.at(-1)
    default:
      return undefined
  }
}

/** What lies nearest below (1) or above (-1); at an end what lies nearest from the other end. */
function nearest(from: HTMLElement, items: readonly HTMLElement[], way: 1 | -1): HTMLElement | undefined {
  const here = from.getBoundingClientRect()
  const places = items.map((item) => ({ item, box: item.getBoundingClientRect() }))
  const beyond = places.filter(({ box }) => (way > 0 ? box.top >= here.bottom - 1 : box.bottom <= here.top + 1))
  const cost = ({ box }: { box: DOMRect }): number =>
    way * box.top + Math.abs(box.left + box.right - here.left - here.right)
  return (beyond.length > 0 ? beyond : places).reduce((best, place) => (cost(place) < cost(best) ? place : best)).item
}
