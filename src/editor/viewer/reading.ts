import type { Display, PointRead } from '../../engine/events.ts'
import type { PortKind } from '../../node/values.ts'

/** Four digits after the point, with a true minus. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '−∞'
  return value.toFixed(4).replace('-', '−')
}

const NAMES: Readonly<Partial<Record<PortKind, readonly string[]>>> = {
  image: ['R', 'G', 'B'],
  normals: ['x', 'y', 'z'],
}

/**
 * The numbers at a pixel, raw and then as a share: of the range that is shown (the display's, else from the smallest to the
 * largest of the picture), as 8-bit colours, or, of normals, the angle to the viewer. Then those of B.
 */
export function reading(
  { x, y, values, range, pinned }: PointRead,
  kind: PortKind,
  display: Display | undefined,
): string {
  const [value = NaN] = values
  const parts = [`x ${x}, y ${y}`, channels(kind, values)]
  const whole = display?.range ?? (range && range[1] > range[0] ? range : undefined)
  if (kind === 'image') parts.push(values.map(byte).join(' '))
  else if (kind === 'normals') parts.push(`${angle(values)}° from the viewer`)
  else if (kind !== 'latent' && whole && Number.isFinite(value)) {
    const [low = 0, high = 1] = whole
    parts.push(`${((100 * (value - low)) / (high - low)).toFixed(1).replace('-', '−')} %`)
  }
  if (pinned) {
    parts.push(`B ${channels(kind, pinned)}`)
    if (values.length === 1) parts.push(`A − B ${figure(value - (pinned[0] ?? NaN))}`)
  }
  return parts.join(' · ')
}

const channels = (kind: PortKind, values: readonly number[]): string =>
  values.map((value, c) => [NAMES[kind]?.[c], figure(value)].filter(Boolean).join(' ')).join(' ')

const byte = (value: number): number => Math.round(255 * Math.min(1, Math.max(0, value || 0)))

function angle(normal: readonly number[]): string {
  const length = Math.hypot(...normal)
  return ((180 / Math.PI) * Math.acos(Math.min(1, Math.max(-1, (normal[2] ?? 0) / length)))).toFixed(1)
}
