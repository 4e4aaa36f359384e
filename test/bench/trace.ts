/** One event of Chromium's trace format: times in microseconds of one clock for all threads. */
export interface TraceEvent {
  readonly name: string
  readonly cat: string
  readonly ph: string
  readonly ts: number
  readonly id?: string
  readonly id2?: { readonly local?: string }
  readonly pid: number
  readonly args?: { readonly data?: Readonly<Record<string, unknown>> }
}

/** A stretch of time: ms since the address was asked for; a mark has no length. */
export interface Span {
  readonly name: string
  readonly start: number
  readonly ms: number
}

/**
 * Marks and measures of the page and its Workers, and what was fetched from `url` (by path). What comes several times
 * is numbered: "run unet", "run unet 2".
 */
export function spansOf(events: readonly TraceEvent[], url: string): readonly Span[] {
  const sorted = [...events].sort((a, b) => a.ts - b.ts)
  const requests = sorted.filter(({ name, args }) => name === 'ResourceSendRequest' && text(args?.data?.['url']))
  const ours = requests.filter(({ args }) => text(args?.data?.['url']).startsWith(url))
  const zero = ours[0]?.ts ?? NaN
  const found: { readonly name: string; readonly from: number; readonly to: number }[] = []

  const open = new Map<string, TraceEvent>()
  for (const event of sorted) {
    if (!event.cat.includes('blink.user_timing')) continue
    const key = `${event.pid} ${event.id ?? event.id2?.local ?? ''} ${event.name}`
    const begun = open.get(key)
    if (event.ph === 'b') open.set(key, event)
    else if (event.ph === 'e' && begun) found.push({ name: event.name, from: begun.ts, to: event.ts })
    else if (event.ph === 'R' || event.ph === 'I') found.push({ name: event.name, from: event.ts, to: event.ts })
  }
  for (const { ts, args } of ours) {
    const id = args?.data?.['requestId']
    const end = sorted.find(({ name, args: of }) => name === 'ResourceFinish' && of?.data?.['requestId'] === id)
    const path = text(args?.data?.['url']).slice(url.length) || 'index.html'
    if (end) found.push({ name: `fetch ${path.replace(/-[\w-]{8}(?=\.\w+$)/, '')}`, from: ts, to: end.ts })
  }

  const times = new Map<string, number>()
  return found
    .filter(({ from }) => from >= zero)
    .sort((a, b) => a.from - b.from)
    .map(({ name, from, to }) => {
      const n = (times.get(name) ?? 0) + 1
      times.set(name, n)
      return { name: n === 1 ? name : `${name} ${n}`, start: (from - zero) / 1000, ms: (to - from) / 1000 }
    })
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
