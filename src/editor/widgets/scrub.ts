import type { AutoParam, NumberParam } from '../../node/params.ts'

/** A number that can be dragged: how far its value moves per pixel, and where it may go. */
export interface ScrubRange {
  readonly min: number
  readonly max: number
  readonly step: number
  readonly slider?: readonly [low: number, high: number] | undefined
  readonly scale?: 'linear' | 'log' | undefined
}

const WIDTH = 180

/** The range of a parameter; whole numbers go in whole steps. */
export const scrubRange = (param: NumberParam | AutoParam): ScrubRange => ({
  ...param,
  step: param.widget === 'auto' || param.integer ? Math.max(1, param.step) : param.step,
})

const ends = ({ slider, min, max }: ScrubRange): readonly [number, number] => slider ?? [min, max]

const isLog = (range: ScrubRange): boolean => range.scale === 'log' && ends(range)[0] > 0

/** Where a value stands between the slider's ends, 0..1. */
export function shareOf(range: ScrubRange, value: number): number {
  const [low, high] = ends(range)
  const share = isLog(range) ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low)
  return Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0))
}

/** To the nearest step, within the hard limits. Logarithmic values keep two digits: steps would drown the small ones. */
export function snap(range: ScrubRange, value: number): number {
  const { min, max, step } = range
  const digits = Math.min(12, Math.max(0, Math.ceil(-Math.log10(step)) + 2))
  const stepped = isLog(range)
    ? Number(value.toPrecision(2))
    : Number((Math.round(value / step) * step).toFixed(digits))
  return Math.min(max, Math.max(min, stepped))
}

/** So many steps on. A step of a logarithmic value is one of its second digit. */
export function stepped(range: ScrubRange, value: number, steps: number): number {
  if (!isLog(range)) return snap(range, value + steps * range.step)
  // Down from 0.1 is 0.099.
  const near = Math.max(Math.abs(value), ends(range)[0]) * (1 + Math.sign(steps) * 1e-9)
  return snap(range, value + steps * 10 ** (Math.floor(Math.log10(near)) - 1))
}

/**
 * The value after dragging by so many pixels; `fine` (Shift) is ten times slower, `coarse` (Ctrl) goes in tenths of the
 * slider. The slider's ends hold the drag.
 */
export function scrubbed(range: ScrubRange, start: number, pixels: number, fine: boolean, coarse = false): number {
  const [low, high] = ends(range)
  const moved = (pixels / WIDTH) * (fine ? 0.1 : 1)
  const log = isLog(range)
  // Below its slider, as at 0, a logarithmic value has no ratio to go by: up begins at the end, down is nowhere.
  if (log && start < low && moved <= 0) return start
  const value = log ? Math.max(low, start) * (high / low) ** moved : start + moved * (high - low)
  const held = Math.min(Math.max(high, start), Math.max(Math.min(low, start), value))
  if (!coarse || log) return snap(range, held)
  const tenth = Math.max(range.step, snap({ ...range, min: 0, max: high - low }, (high - low) / 10))
  return snap(range, low + Math.round((held - low) / tenth) * tenth)
}

/** Drags a number input sideways; a press without a drag types into it. */
export function scrub(
  range: () => ScrubRange,
  on: { start(): number; move(value: number): void; end(): void },
): (input: HTMLInputElement) => () => void {
  return (input) => {
    const down = (press: PointerEvent) => {
      if (document.activeElement === input || press.button !== 0) return
      press.preventDefault()
      const from = on.start()
      let dragged = false
      const move = (event: PointerEvent) => {
        const pixels = event.clientX - press.clientX
        if (!dragged && Math.abs(pixels) < 4) return
        dragged = true
        on.move(scrubbed(range(), from, pixels, event.shiftKey, event.ctrlKey || event.metaKey))
      }
      const up = () => {
        window.removeEventListener('pointermove', move)
        window.removeEventListener('pointerup', up)
        window.removeEventListener('pointercancel', up)
        if (dragged) on.end()
        else {
          input.focus()
          input.select()
        }
      }
      window.addEventListener('pointermove', move)
      window.addEventListener('pointerup', up)
      window.addEventListener('pointercancel', up)
    }
    input.addEventListener('pointerdown', down)
    return () => input.removeEventListener('pointerdown', down)
  }
}
